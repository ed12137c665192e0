"""A SageMaker script-mode training script: logistic regression on a CSV table. Nothing in it knows smtune."""

import argparse
import os

import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler


def read(folder):
    files = sorted(name for name in os.listdir(folder) if name.endswith(".csv"))
    table = pd.concat(pd.read_csv(os.path.join(folder, name)) for name in files)
    return table.drop(columns="cultivar"), table["cultivar"]


def model_fn(model_dir):
    """SageMaker hosting calls this to load the model."""
    return joblib.load(os.path.join(model_dir, "model.joblib"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--cost", type=float, default=1.0)
    parser.add_argument("--degree", type=int, default=1)
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--validation", default=os.environ.get("SM_CHANNEL_VALIDATION"))
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"))
    args = parser.parse_args()

    # scikit-learn calls it C; the container would pass that as -C, so it has a name of more than one letter here.
    model = make_pipeline(
        StandardScaler(), PolynomialFeatures(args.degree), LogisticRegression(C=args.cost, max_iter=5000)
    )
    model.fit(*read(args.train))
    for name, folder in (("train", args.train), ("validation", args.validation)):
        rows, cultivars = read(folder)
        print(f"{name}-error={1 - accuracy_score(cultivars, model.predict(rows)):.5f}")
        print(f"{name}-logloss={log_loss(cultivars, model.predict_proba(rows), labels=model.classes_):.5f}")
    joblib.dump(model, os.path.join(args.model_dir, "model.joblib"))

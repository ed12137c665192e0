"""A SageMaker script-mode training script: gradient boosting on a CSV table. Nothing in it knows smtune."""

import argparse
import os

import joblib
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import mean_squared_error


def read(folder):
    files = sorted(name for name in os.listdir(folder) if name.endswith(".csv"))
    table = pd.concat(pd.read_csv(os.path.join(folder, name)) for name in files)
    return table.drop(columns="progression"), table["progression"]


def model_fn(model_dir):
    """SageMaker hosting calls this to load the model."""
    return joblib.load(os.path.join(model_dir, "model.joblib"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--n-estimators", type=int, default=100)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--max-depth", type=int, default=3)
    parser.add_argument("--min-samples-leaf", type=int, default=1)
    parser.add_argument("--subsample", type=float, default=1.0)
    parser.add_argument("--loss", default="squared_error")
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--validation", default=os.environ.get("SM_CHANNEL_VALIDATION"))
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"))
    args = parser.parse_args()

    rows, target = read(args.train)
    validation_rows, validation_target = read(args.validation)
    model = GradientBoostingRegressor(
        n_estimators=args.n_estimators,
        learning_rate=args.learning_rate,
        max_depth=args.max_depth,
        min_samples_leaf=args.min_samples_leaf,
        subsample=args.subsample,
        loss=args.loss,
        random_state=7,
    )
    model.fit(rows, target)
    print(f"train-rmse={mean_squared_error(target, model.predict(rows)) ** 0.5:.5f}")
    print(f"validation-rmse={mean_squared_error(validation_target, model.predict(validation_rows)) ** 0.5:.5f}")
    joblib.dump(model, os.path.join(args.model_dir, "model.joblib"))

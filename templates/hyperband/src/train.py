"""A SageMaker script-mode training script that can be stopped after any epoch. Nothing in it knows smtune."""

import argparse
import os

import joblib
import pandas as pd
from sklearn.metrics import accuracy_score, log_loss
from sklearn.neural_network import MLPClassifier

DIGITS = list(range(10))


def read(folder):
    files = sorted(name for name in os.listdir(folder) if name.endswith(".csv"))
    table = pd.concat(pd.read_csv(os.path.join(folder, name)) for name in files)
    return table.drop(columns="digit"), table["digit"]


def model_fn(model_dir):
    """SageMaker hosting calls this to load the model."""
    return joblib.load(os.path.join(model_dir, "model.joblib"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=27)
    parser.add_argument("--learning-rate", type=float, default=0.001)
    parser.add_argument("--hidden-units", type=int, default=64)
    parser.add_argument("--alpha", type=float, default=0.0001)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--validation", default=os.environ.get("SM_CHANNEL_VALIDATION"))
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"))
    args = parser.parse_args()

    sets = {"train": read(args.train), "validation": read(args.validation)}
    model = MLPClassifier(
        hidden_layer_sizes=(args.hidden_units,),
        learning_rate_init=args.learning_rate,
        alpha=args.alpha,
        batch_size=args.batch_size,
        random_state=7,
    )
    for _ in range(args.epochs):
        model.partial_fit(*sets["train"], classes=DIGITS)
        for name, (rows, digits) in sets.items():
            error = 1 - accuracy_score(digits, model.predict(rows))
            loss = log_loss(digits, model.predict_proba(rows), labels=DIGITS)
            # Flushed, so that whoever decides on this job sees it now and not at the end.
            print(f"{name}-error={error:.5f} {name}-logloss={loss:.5f}", flush=True)
        # Every epoch: hyperband may stop this job before the next one, and the model counts all the same.
        joblib.dump(model, os.path.join(args.model_dir, "model.joblib"))

"""A SageMaker script-mode training script: a PyTorch network on a CSV table. Nothing in it knows smtune."""

import argparse
import os

import pandas as pd
import torch
from torch import nn

CLASSES = 10
LARGEST_PIXEL = 16.0


class Network(nn.Module):
    def __init__(self, pixels, hidden_units, dropout):
        super().__init__()
        self.shape = {"pixels": pixels, "hidden_units": hidden_units, "dropout": dropout}
        self.layers = nn.Sequential(
            nn.Linear(pixels, hidden_units), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden_units, CLASSES)
        )

    def forward(self, rows):
        return self.layers(rows)

    def predict_proba(self, rows):
        """The probability of each digit for the rows of a table, as scikit-learn's models give it."""
        with torch.no_grad():
            return self(as_tensor(rows)).softmax(dim=1).double().numpy()

    def predict(self, rows):
        return self.predict_proba(rows).argmax(axis=1)


def parse_arguments(arguments=None):
    """SageMaker passes hyperparameters as arguments, and says in SM_* variables where data and model belong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--learning-rate", type=float, default=0.01)
    parser.add_argument("--hidden-units", type=int, default=64)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--validation", default=os.environ.get("SM_CHANNEL_VALIDATION"))
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"))
    return parser.parse_args(arguments)


def read(folder):
    files = sorted(name for name in os.listdir(folder) if name.endswith(".csv"))
    table = pd.concat(pd.read_csv(os.path.join(folder, name)) for name in files)
    return as_tensor(table.drop(columns="digit")), torch.tensor(table["digit"].to_numpy(), dtype=torch.long)


def as_tensor(rows):
    return torch.tensor(rows.to_numpy() / LARGEST_PIXEL, dtype=torch.float32)


def train_epoch(model, optimizer, rows, digits, batch_size):
    model.train()
    for batch in torch.randperm(len(rows)).split(batch_size):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(rows[batch]), digits[batch]).backward()
        optimizer.step()


def measure(model, rows, digits):
    """The log loss, and the share of digits that are misread."""
    model.eval()
    with torch.no_grad():
        scores = model(rows)
        loss = nn.functional.cross_entropy(scores, digits).item()
        error = (scores.argmax(dim=1) != digits).float().mean().item()
    return loss, error


def model_fn(model_dir):
    """SageMaker hosting calls this to load the model."""
    saved = torch.load(os.path.join(model_dir, "model.pt"), map_location="cpu", weights_only=True)
    model = Network(**saved["shape"])
    model.load_state_dict(saved["weights"])
    return model.eval()


def main():
    args = parse_arguments()
    torch.manual_seed(7)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    sets = {
        name: [part.to(device) for part in read(folder)]
        for name, folder in (("train", args.train), ("validation", args.validation))
    }
    model = Network(sets["train"][0].shape[1], args.hidden_units, args.dropout).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.learning_rate)
    for epoch in range(args.epochs):
        train_epoch(model, optimizer, *sets["train"], args.batch_size)
        for name, part in sets.items():
            loss, error = measure(model, *part)
            print(f"epoch {epoch + 1} {name}-logloss={loss:.5f} {name}-error={error:.5f}", flush=True)
    torch.save({"shape": model.shape, "weights": model.cpu().state_dict()}, os.path.join(args.model_dir, "model.pt"))


if __name__ == "__main__":
    main()

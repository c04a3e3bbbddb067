"""Trains scikit-learn's classifiers on the digits 3, 7 and 9 of its own data and converts them with skl2onnx, by whole numbers, by texts and for two classes.

What each says of 40 rows stands beside the files: classes, and probabilities where the file gives them.
"""
import json
import sys
import warnings
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
)
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

warnings.filterwarnings("ignore")
out = Path(sys.argv[1])
pixels, digits = load_digits(return_X_y=True)
pixels = pixels.astype(np.float32)
names = {3: "drei", 7: "sieben", 9: "neun"}
logistic = LogisticRegression(max_iter=300)
tree = DecisionTreeClassifier(random_state=0)
classifiers = {
    "logistic": logistic,
    "sgd": SGDClassifier(loss="log_loss", random_state=0),
    "svc": SVC(),
    "forest": RandomForestClassifier(10, random_state=0),
    "extra": ExtraTreesClassifier(10, random_state=0),
    "boosting": GradientBoostingClassifier(n_estimators=10, random_state=0),
    "tree": tree,
    "neighbours": KNeighborsClassifier(),
    "mlp": MLPClassifier((20,), max_iter=100, random_state=0),
    "gaussian": GaussianNB(),
    "multinomial": MultinomialNB(),
    "lda": LinearDiscriminantAnalysis(),
    "qda": QuadraticDiscriminantAnalysis(reg_param=0.5),
    "bagging": BaggingClassifier(n_estimators=5, random_state=0),
    "adaboost": AdaBoostClassifier(n_estimators=5, random_state=0),
    "calibrated": CalibratedClassifierCV(LinearSVC(random_state=0)),
    "rest": OneVsRestClassifier(logistic),
    "stacking": StackingClassifier([("a", logistic), ("b", tree)]),
    "pipeline": make_pipeline(StandardScaler(), logistic),
}
tables = {
    "numbers": ([3, 7, 9], lambda digit: digit),
    "texts": ([3, 7, 9], names.get),
    "two": ([3, 7], lambda digit: digit),
}
expected = []
for kind, (kept, label) in tables.items():
    rows = np.isin(digits, kept)
    inputs, labels = pixels[rows], np.array([label(digit) for digit in digits[rows]])
    inputs[:40].astype(np.uint8).tofile(out / f"{kind}.pixels")
    for name, classifier in classifiers.items():
        fitted = classifier.fit(inputs, labels)
        sure = fitted.predict_proba(inputs[:40]).tolist() if hasattr(fitted, "predict_proba") else None
        for zipmap in (True, False):
            file = f"{name}-{kind}-{'maps' if zipmap else 'plain'}.onnx"
            model = to_onnx(fitted, inputs[:1], options={"zipmap": zipmap}, target_opset=17)
            (out / file).write_bytes(model.SerializeToString())
            expected.append(
                {
                    "file": file,
                    "pixels": f"{kind}.pixels",
                    "classes": [str(each) for each in fitted.classes_],
                    "labels": [str(each) for each in fitted.predict(inputs[:40])],
                    "probabilities": sure,
                }
            )
(out / "expected.json").write_text(json.dumps(expected))

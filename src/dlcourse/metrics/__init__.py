"""How good answers are: of a classifier, accuracy and the confusion matrix; of a detector, average precision.

Everything is counted over all samples or images handed in, at once. An average of the averages of batches, or of
images, is another number. What scikit-learn has, it computes; it is loaded when a function is first called.
"""

from dlcourse.metrics._average_precision import average_precision, detection_precision_recall
from dlcourse.metrics._classification import accuracy, confusion_matrix, precision_recall, top_k_accuracy
from dlcourse.metrics._coco_summary import coco_summary

__all__ = [
    "accuracy",
    "average_precision",
    "coco_summary",
    "confusion_matrix",
    "detection_precision_recall",
    "precision_recall",
    "top_k_accuracy",
]

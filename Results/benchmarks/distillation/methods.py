"""The methods and the settings that the distillation benchmark compares, as parts of study.json.

A method is a name, what it adds to the recipe, and what is tuned of it besides the learning rate and
the weight decay: in "search": {"recipe": …} the first value of a list is the one without tuning. All
methods of a setting have the same number of steps, of tuning trials and of seeds. A method that makes
sense in some settings alone is in ONLY_IN, and is left out of the others.
"""

# Of every method.
TUNED = {"learning_rate": [0.2, 0.1, 0.4], "weight_decay": [2e-4, 5e-5, 1e-3]}

# The settings of methods that not all settings allow: batches of images with and without a label need both.
ONLY_IN = {"labeled-share": ["few-unlabeled"]}

# The reference of all comparisons, and what needs no teacher.
PLAIN, ALONE = "kd", "none"

SOFT = {"distillation_weight": "$weight", "temperature": "$temperature"}
TEMPERATURES = [4, 1, 2, 8]
SHARES = [0.9, 0.5, 0.7, 1]


def term(kind, weights, tuned=None, **fields):
    """A loss next to the labels in the place of the divergence from the teacher."""
    loss = {"kind": kind, "weight": "$weight", **fields}
    return {"distillation_weight": 0, "losses": [loss]}, {"weight": weights, **(tuned or {})}


def softened(kind, weights, **fields):
    return term(kind, weights, {"temperature": TEMPERATURES}, temperature="$temperature", **fields)


def feature(kind, weights):
    """A loss on features next to the divergence from the teacher. The teacher has to run in every step."""
    loss = {"kind": kind, "weight": "$weight"}
    recipe = {"distillation_weight": 0.9, "temperature": "$temperature", "losses": [loss],
              "teacher_view": "augmented"}
    return recipe, {"weight": weights, "temperature": TEMPERATURES}


def taught(kind, weights, **fields):
    """A further teacher that the training makes itself."""
    recipe = {"distillation_weight": 0.9, "temperature": "$temperature",
              "teaching": [{"kind": kind, "weight": "$weight", **fields}]}
    return recipe, {"weight": weights, "temperature": TEMPERATURES}


METHODS = {
    ALONE: ({"distillation_weight": 0, "label_smoothing": "$smoothing"}, {"smoothing": [0, 0.05, 0.1]}),
    PLAIN: (SOFT, {"weight": SHARES, "temperature": TEMPERATURES}),
    # Temperatures.
    "kd-annealed": (SOFT | {"temperature": {"from": "$temperature", "to": 1}},
                    {"weight": SHARES, "temperature": [4, 2, 8, 16]}),
    "kd-per-image": (SOFT | {"temperature": {"per_sample": "$temperature"}},
                     {"weight": SHARES, "temperature": [2, 0.5, 1, 4]}),
    # Losses on logits.
    "logit-standard": softened("kl", [2, 0.5, 1, 4, 9], standardize=True),
    "jensen-shannon": softened("jensen_shannon", [4, 1, 2, 8]),
    "logit-mse": term("logit_mse", [0.1, 0.03, 0.3, 1], center=True),
    "dkd": softened("dkd", [0.5, 0.1, 0.25, 1], other_weight=8),
    "dist": softened("dist", [1, 0.25, 0.5, 2, 4]),
    "rank": term("rank", [1, 0.25, 0.5, 2, 4], {"softness": [0.25, 0.1, 0.5, 1]}, softness="$softness"),
    # The teacher's answers alone, on mixed images: function matching, arXiv:2106.05237.
    "patient": ({"distillation_weight": 1, "temperature": "$temperature",
                 "mix": [{"kind": "mixup", "alpha": 1}]},
                {"temperature": [2, 1, 5, 10]}),
    "kd-cutmix": (SOFT | {"mix": [{"kind": "cutmix", "alpha": 1, "probability": 0.5}]},
                  {"weight": SHARES, "temperature": TEMPERATURES}),
    # Taught from within the training, next to the teacher. A second network makes a step dearer.
    "moving-average": taught("moving_average", [1, 0.3, 3]),
    "mutual": taught("mutual", [1, 0.3, 3], students=2),
    "auxiliary-heads": taught("auxiliary_heads", [1, 0.3, 3]),
    # Copies that learn some classes more and are averaged, arXiv:2503.04872: as many steps again as there are groups,
    # in half of the steps.
    "branches": (SOFT | {"teaching": [{"kind": "branches", "groups": "$groups", "focus": "$focus"}]},
                 {"weight": SHARES, "temperature": TEMPERATURES, "groups": [2, 3], "focus": [4, 2, 8]}),
    # Part of each batch are images with a label, arXiv:2001.07685.
    "labeled-share": (SOFT | {"labeled_share": "$share"},
                      {"weight": SHARES, "temperature": TEMPERATURES, "share": [0.25, 0.125, 0.5]}),
    # Losses on features and relations.
    "hint": feature("hint", [0.1, 0.01, 1]),
    "attention": feature("attention", [10, 1, 100]),
    "similarity": feature("similarity", [10, 1, 100]),
    "mmd": feature("mmd", [1, 0.1, 10]),
    "rkd": feature("rkd", [1, 0.1, 10]),
    "sliced-wasserstein": feature("sliced_wasserstein", [1, 0.1, 10]),
    "correlation-congruence": feature("correlation", [1, 0.1, 10]),
    "adversarial": feature("adversarial", [0.1, 0.01, 1]),
}


def methods_in(setting, methods):
    """Returns those of some methods that a setting allows, in their order."""
    return [method for method in methods if setting in ONLY_IN.get(method, [setting])]


class Setting:
    """What a method is given to learn from.

    `field` is added to the study's `data`, `epochs` are of the whole training split, `images` is how many
    images an epoch has where there are fewer: the number of steps stays that of all.
    """

    def __init__(self, description, epochs, field=None, images=None, images_alone=None, own_teacher=False):
        self.description, self.field, self.epochs = description, field or {}, epochs
        self.images, self.images_alone, self.own_teacher = images, images_alone or images, own_teacher

    @property
    def drops_images(self):
        """Whether the study has fewer training images than its teacher's."""
        return self.images is not None

    def epochs_of(self, method, train):
        images = self.images_alone if method == ALONE else self.images
        return self.epochs * train / images if images else self.epochs


def settings_of(options):
    few = options.labels
    return {
        "full": Setting("all images and labels", options.epochs),
        "few": Setting(f"{few:,} labelled images and no others", options.epochs,
                       {"labels": {"count": few, "others": "dropped"}}, images=few),
        "few-unlabeled": Setting(f"{few:,} labelled images, the others without their labels", options.epochs,
                                 {"labels": few}, images_alone=few),
        "noise": Setting("40 % of the labels are wrong, for the teacher too", options.epochs,
                         {"label_noise": 0.4}, own_teacher=True),
        "long": Setting("all images and labels, long", options.long_epochs),
    }

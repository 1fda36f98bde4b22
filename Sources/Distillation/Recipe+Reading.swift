import Datasets
import FileFormats
import NeuralNetworks
import TensorKernels

extension Recipe {
  static let keys = [
    "recipe", "epochs", "batch", "slices", "optimizer", "weight_decay", "clip_norm",
    "learning_rate",
    "schedule", "warmup_share", "final_share", "distillation_weight", "temperature",
    "label_smoothing", "losses", "teaching", "generations", "assistants", "augmentation", "mix",
    "teacher_view", "stored_views", "labeled_share", "stages",
  ]

  /// Reads a recipe; what is left out has the value of the preset that it names, or else the one in `defaults`.
  ///
  /// - Parameter hasTeacher: Whether there may be a teacher to learn from; a teacher itself has none.
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  public init(
    _ field: JSONField, defaults: Recipe, hasTeacher: Bool = true
  ) throws(JSONError) {
    self = defaults
    let members = try field.members(of: "a training recipe", known: Recipe.keys)
    if let preset = members["recipe"] { self = try RecipePreset(preset).applied(to: self) }
    if let field = members["epochs"] {
      epochs = try field.positive(of: "epochs")
      guard epochs <= 1_000_000 else { throw field.expected("at most 1000000 epochs") }
    }
    if let batch = try members["batch"]?.integer(in: 2...65_536) { self.batch = batch }
    if let slices = members["slices"] {
      self.slices = try slices.integer(in: 1...max(1, batch / 2))
    }
    guard slices <= batch else {
      throw (members["batch"] ?? field).expected("at least \(slices), the number of slices")
    }
    if let optimizer = members["optimizer"] { self.optimizer = try OptimizerRule(optimizer) }
    if let decay = try members["weight_decay"]?.number(in: 0...1) { weightDecay = decay }
    if let clip = try members["clip_norm"]?.positive() { clipNorm = clip }
    if let rate = try members["learning_rate"]?.positive() {
      schedule.peakRate = rate
    }
    if let shape = try members["schedule"]?.choice(LearningRateSchedule.Shape.self) {
      schedule.shape = shape
    }
    if let share = try members["warmup_share"]?.number(in: 0...0.9) { schedule.warmupShare = share }
    if let field = members["final_share"] {
      schedule.finalShare = try field.number(in: 0...1)
      guard schedule.shape != .constant else {
        throw field.expected("no \"final_share\" with a constant schedule")
      }
    }
    if let weight = try members["distillation_weight"]?.number(in: 0...1) {
      loss.distillation = Float(weight)
    }
    if let temperature = members["temperature"] {
      loss.temperature = try TemperaturePolicy(temperature)
    }
    if let smoothing = try members["label_smoothing"]?.number(in: 0...0.9) {
      loss.labelSmoothing = Float(smoothing)
    }
    if let losses = members["losses"] { self.losses = try LossTerm.all(in: losses) }
    try readTeaching(members)
    if let augmentation = members["augmentation"] {
      self.augmentation = try Augmentation(augmentation)
    }
    try readMix(members)
    try readLabeledShare(members)
    if let view = try members["teacher_view"]?.choice(TeacherView.self) { teacherView = view }
    if let views = members["stored_views"] {
      storedViews = try views.integer(in: 1...1000)
      guard teacherView == .stored else {
        throw views.expected("no \"stored_views\" without \"teacher_view\": \"stored\"")
      }
    }
    if teacherView == .stored, augmentation == .none, mix.isEmpty {
      throw (members["teacher_view"] ?? field).expected(
        "\"clean\", which is the same where there is no \"augmentation\" and no \"mix\"")
    }
    if let field = members["stages"] {
      stages = try RecipeStage.all(in: field, of: self)
    } else {
      // What they leave out is that of this recipe, not of the defaults.
      let around = self
      stages = try stages.map { stage throws(JSONError) in try stage.read(in: around) }
    }
    try checkLabeledShare(members, hasTeacher: hasTeacher)
    try checkTeaching(members, in: field, hasTeacher: hasTeacher)
    try checkChain(members, in: field)
  }
}

extension FlashRecipe {
  /// The fields of a flash recipe in files.
  public static let keys = [
    "fraction", "batch", "statistics_batches", "images_per_class", "recipe",
  ]

  /// Reads a flash recipe; what is left out keeps the value it has in `defaults`. `"recipe"`, which says what is
  /// compressed, is none of its numbers and left to the caller.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  public init(_ field: JSONField, defaults: FlashRecipe) throws(JSONError) {
    self = defaults
    let members = try field.members(of: "a flash recipe", known: FlashRecipe.keys)
    if let fraction = try members["fraction"]?.number(in: 0.001...1) {
      // Who names a share wants that share.
      (self.fraction, statedFraction, imagesPerClass) = (fraction, fraction, 0)
    }
    if let images = try members["images_per_class"]?.integer(in: 0...1_000_000) {
      imagesPerClass = images
    }
    if let batch = try members["batch"]?.integer(in: 2...65_536) { self.batch = batch }
    if let batches = try members["statistics_batches"]?.integer(in: 1...100_000) {
      statisticsBatches = batches
    }
  }
}

extension OptimizerRule {
  /// The names of the rules in files.
  private enum Kind: String, CaseIterable {
    case sgd
    case adamW = "adamw"
  }

  /// Reads `"sgd"`, `"adamw"` or an object with the rule's numbers.
  init(_ field: JSONField) throws(JSONError) {
    if case .text = field.value {
      self = .init(kind: try field.choice(Kind.self))
      return
    }
    let members = try field.members(
      of: "an optimizer", known: ["kind", "momentum", "nesterov", "beta1", "beta2", "epsilon"])
    self = .init(kind: try members.required("kind").choice(Kind.self))
    switch self {
    case .sgd(var momentum, var nesterov):
      for name in ["beta1", "beta2", "epsilon"] {
        if let other = members[name] { throw other.expected("no such field for \"sgd\"") }
      }
      if let value = try members["momentum"]?.number(in: 0...0.9999) { momentum = Float(value) }
      if let value = try members["nesterov"]?.flag() { nesterov = value }
      self = .sgd(momentum: momentum, nesterov: nesterov)
    case .adamW(var beta1, var beta2, var epsilon):
      for name in ["momentum", "nesterov"] {
        if let other = members[name] { throw other.expected("no such field for \"adamw\"") }
      }
      if let value = try members["beta1"]?.number(in: 0...0.9999) { beta1 = Float(value) }
      if let value = try members["beta2"]?.number(in: 0...0.99999) { beta2 = Float(value) }
      if let value = try members["epsilon"]?.number(in: 1e-12...1) { epsilon = Float(value) }
      self = .adamW(beta1: beta1, beta2: beta2, epsilon: epsilon)
    }
  }

  private init(kind: Kind) {
    switch kind {
    case .sgd: self = .sgd(momentum: 0.9, nesterov: true)
    case .adamW: self = .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
    }
  }
}

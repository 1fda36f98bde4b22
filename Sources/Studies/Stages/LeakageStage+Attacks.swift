import Comparisons
import Datasets
import Distillation
import NeuralNetworks
import RandomStreams
import Statistics

extension LeakageStage {
  /// Attacks a student and its teacher by their losses, on as many training as test images.
  ///
  /// - Throws: `StudyError.noResults` where there are too few of them.
  func thresholds(_ target: Target) throws -> LeakageResult.Thresholds {
    let (members, others) = balancedImages
    let isMember = members.map { _ in true } + others.map { _ in false }
    func scores(_ training: [Float], _ test: [Float]) -> [Double] {
      confidences(training, of: .training, members) + confidences(test, of: .test, others)
    }
    func logits(_ split: DatasetSplit) -> [Float] {
      target.weights.model.logits(of: split, reader: inputs.reader, threads: context.threads)
    }
    let student = try attack(scores(logits(.training), logits(.test)), isMember)
    let answers = TeacherLogits(inputs)
    let teacher = try answers.known(of: .training).flatMap { training in
      try answers.known(of: .test).map { try attack(scores(training, $0), isMember) }
    }
    return LeakageResult.Thresholds(
      images: members.count, student: student.result, teacher: teacher?.result,
      teacherExcess: teacher.map { $0.areas.less(student.areas).mean },
      knowsTeacherImages: !inputs.definition.teacher.isGiven)
  }

  /// Returns the images of a split whose class is known.
  func knownImages(_ split: DatasetSplit) -> [Int] {
    inputs.dataset.labels(of: split).enumerated().filter { $0.element >= 0 }.map(\.offset)
  }

  /// As many training images as test images, drawn by the study's seed, of those whose class is known.
  private var balancedImages: (members: [Int], others: [Int]) {
    let (training, test) = (knownImages(.training), knownImages(.test))
    let count = min(training.count, test.count)
    func drawn(_ images: [Int], _ purpose: String) -> [Int] {
      var random = RandomStream(seed: inputs.definition.seed, purpose: purpose)
      return random.permutation(of: images.count).prefix(count).sorted().map { images[$0] }
    }
    return (drawn(training, "attacked members"), drawn(test, "attacked others"))
  }

  private func confidences(
    _ logits: [Float], of split: DatasetSplit, _ images: [Int]
  ) -> [Double] {
    let dataset = inputs.dataset
    let values = LabelConfidence.values(
      logits: logits, labels: dataset.labels(of: split), classes: dataset.classes)
    return images.map { Double(values[$0]) }
  }

  /// Returns what the scores of one target find.
  private func attack(
    _ scores: [Double], _ isMember: [Bool]
  ) throws -> (result: LeakageResult.Attack, areas: TargetAreas) {
    try attack([scores], [isMember])
  }

  /// Returns what the scores of several targets find.
  ///
  /// - Throws: `StudyError.noResults` where a target has scores of fewer than two images of each kind.
  func attack(
    _ scores: [[Double]], _ isMember: [[Bool]]
  ) throws -> (result: LeakageResult.Attack, areas: TargetAreas) {
    let areas = try zip(scores, isMember).map { scores, isMember in
      guard let area = CharacteristicArea(scores: scores, isPositive: isMember) else {
        throw StudyError.noResults(
          "\(inputs.folder.path): too few images for an attack, which compares at least 2 that a model was "
            + "trained on with at least 2 others")
      }
      return area
    }
    let rates = zip(scores, isMember).compactMap {
      truePositiveRate(atFalseRate: LeakageStage.falseRate, scores: $0, isPositive: $1)
    }
    let targets = TargetAreas(areas)
    let result = LeakageResult.Attack(
      area: targets.mean, truePositiveRate: rates.reduce(0, +) / Double(rates.count))
    return (result, targets)
  }
}

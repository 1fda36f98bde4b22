import Datasets
import Distillation
import FileFormats
import NeuralNetworks

/// Several teachers that answer together: the weighted mean of their probabilities.
struct EnsembleTeacher: Teacher {
  private let members: [any Teacher]
  /// Their sum is 1.
  private let weights: [Double]
  private let classes: Int

  /// Binds the members, each with a folder and a seed of its own.
  ///
  /// - Throws: `JSONError` naming the field that does not fit.
  init(_ definitions: [TeacherDefinition.Member], in setting: TeacherSetting) throws {
    let sum = definitions.reduce(0) { $0 + $1.weight }
    weights = definitions.map { $0.weight / sum }
    members = try definitions.enumerated().map { index, definition in
      var own = setting
      own.teacherFolder = setting.own("member-\(index + 1)")
      own.member = index
      return try definition.form.teacher(in: own)
    }
    classes = setting.dataset.classes
  }

  func identity() throws -> String {
    let parts = try zip(members, weights).map { "\(try $0.identity())*\($1)" }
    return ContentHash.hexadecimal(of: "ensemble|" + parts.joined(separator: "|"))
  }

  func prepare(_ work: TeacherWork) throws {
    for member in members { try member.prepare(work) }
  }

  func answers(on split: DatasetSplit, _ work: TeacherWork) throws -> TeacherAnswers? {
    var all: [TeacherAnswers] = []
    for member in members {
      guard let answers = try member.answers(on: split, work) else { return nil }
      all.append(answers)
    }
    let logits = together(all.map(\.logits))
    let notes = all.enumerated().flatMap { index, answers in
      answers.notes.map { "teacher \(index + 1): \($0)" }
    }
    return TeacherAnswers(
      logits: logits, notes: notes, members: split == .training ? [] : all.map(\.logits))
  }

  /// Returns the logits that all members together have.
  private func together(_ members: [[Float]]) -> [Float] {
    var logits = [Float](repeating: 0, count: members[0].count)
    let mean = ProbabilityMean(weights, classes: classes)
    for start in stride(from: 0, to: logits.count, by: classes) {
      mean.write(members.map { $0[start..<start + classes] }) { logits[start + $0] = $1 }
    }
    return logits
  }

  var obstacleToViews: String? { members.lazy.compactMap(\.obstacleToViews).first }

  func logits(in view: AugmentedView, _ work: TeacherWork) throws -> [Float] {
    together(try members.map { try $0.logits(in: view, work) })
  }

  func release(_ view: AugmentedView) {
    for member in members { member.release(view) }
  }

  func release(_ split: DatasetSplit) {
    for member in members { member.release(split) }
  }

  var keptFiles: [String] { members.flatMap(\.keptFiles) }

  func costs() throws -> TeacherCosts? {
    let all = try members.compactMap { try $0.costs() }
    guard all.count == members.count else { return nil }
    return TeacherCosts(
      macs: all.reduce(0) { $0 + $1.macs }, parameters: all.reduce(0) { $0 + $1.parameters })
  }

  var obstacleToAsking: String? { members.lazy.compactMap(\.obstacleToAsking).first }

  func live() throws -> any ImageClassifier {
    LiveEnsemble(
      members: try members.map { try $0.live() }, mean: ProbabilityMean(weights, classes: classes))
  }
}

import Datasets
import Distillation
import FileFormats
import NeuralNetworks
import Synchronization

/// Several teachers that answer together: the weighted mean of what they say, by a rule.
struct EnsembleTeacher: Teacher {
  private let members: [any Teacher]
  /// Their sum is 1.
  private let weights: [Double]
  private let rule: EnsembleRule
  private let setting: TeacherSetting
  /// What the validation split says of the members, once it was looked at.
  private let competences = KnownCompetences()
  private var classes: Int { setting.dataset.classes }

  /// Binds the members, each with a folder and a seed of its own.
  ///
  /// - Throws: `JSONError` naming the field that does not fit.
  init(
    _ definitions: [TeacherDefinition.Member], _ rule: EnsembleRule = .defaults,
    in setting: TeacherSetting
  ) throws {
    (self.rule, self.setting) = (rule, setting)
    let sum = definitions.reduce(0) { $0 + $1.weight }
    weights = definitions.map { $0.weight / sum }
    members = try definitions.enumerated().map { index, definition in
      var own = setting
      own.teacherFolder = setting.own("member-\(index + 1)")
      own.member = index
      return try definition.form.teacher(in: own)
    }
  }

  func identity() throws -> String {
    let parts = try zip(members, weights).map { "\(try $0.identity())*\($1)" }
    return ContentHash.hexadecimal(of: "ensemble|" + parts.joined(separator: "|") + rule.identity)
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
    let logits = together(all.map(\.logits), by: try mean(work))
    let notes = all.enumerated().flatMap { index, answers in
      answers.notes.map { "teacher \(index + 1): \($0)" }
    }
    return TeacherAnswers(
      logits: logits, notes: notes, members: split == .training ? [] : all.map(\.logits))
  }

  /// Returns the logits that all members together have.
  private func together(_ members: [[Float]], by mean: EnsembleMean) -> [Float] {
    var logits = [Float](repeating: 0, count: members[0].count)
    for start in stride(from: 0, to: logits.count, by: classes) {
      mean.write(members.map { $0[start..<start + classes] }) { logits[start + $0] = $1 }
    }
    return logits
  }

  /// Returns how the members are made one.
  ///
  /// - Throws: `TeacherError.refused` where their competence is needed and one of them says nothing of the validation
  ///   split.
  private func mean(_ work: TeacherWork) throws -> EnsembleMean {
    guard rule.weighting == .competence else {
      return EnsembleMean(weights, classes: classes, rule: rule)
    }
    let competence = try competences.values {
      let labels = (0..<setting.dataset.count(.validation)).map {
        setting.dataset.label($0, of: .validation)
      }
      return try members.map { member in
        guard let answers = try member.answers(on: .validation, work) else {
          throw TeacherError.refused(
            "\"weighting\": \"competence\" needs the answers of all teachers to the validation split"
          )
        }
        return EnsembleMean.competence(answers: answers.logits, labels: labels, classes: classes)
      }
    }
    return EnsembleMean(weights, classes: classes, rule: rule, competence: competence)
  }

  var obstacleToViews: String? { members.lazy.compactMap(\.obstacleToViews).first }

  var viewIdentity: String { members.map(\.viewIdentity).joined() }

  func logits(in view: AugmentedView, _ work: TeacherWork) throws -> [Float] {
    together(try members.map { try $0.logits(in: view, work) }, by: try mean(work))
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

  var obstacleToAsking: String? {
    if rule.weighting == .competence {
      return
        "with \"weighting\": \"competence\" the teachers' answers are cached before students are trained"
    }
    return members.lazy.compactMap(\.obstacleToAsking).first
  }

  func live() throws -> any ImageClassifier {
    LiveEnsemble(
      members: try members.map { try $0.live() },
      mean: EnsembleMean(weights, classes: classes, rule: rule))
  }
}

/// How often each member is right where it names a class, found once.
private final class KnownCompetences: Sendable {
  private let known = Mutex<[[Double]]?>(nil)

  /// Returns what `find` has found, now or before.
  func values(_ find: () throws -> [[Double]]) rethrows -> [[Double]] {
    if let values = known.withLock({ $0 }) { return values }
    let values = try find()
    known.withLock { $0 = values }
    return values
  }
}

import Datasets
import Distillation
import FileFormats
import Foundation
import NeuralNetworks
import TensorKernels

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

  var networks: [Network]? {
    let all = members.compactMap(\.networks)
    return all.count == members.count ? all.flatMap { $0 } : nil
  }

  var obstacleToAsking: String? { members.lazy.compactMap(\.obstacleToAsking).first }

  func live() throws -> any LiveTeacher {
    LiveEnsemble(
      members: try members.map { try $0.live() }, mean: ProbabilityMean(weights, classes: classes))
  }
}

/// The logarithm of a weighted mean of probabilities, which is what an ensemble says.
///
///     z(k) = log Σ w(m) · exp(z(m, k) − log Σ exp z(m, ·))
///
/// Taken over logarithms, so that no probability is lost; the sums of one image are made in a fixed order.
struct ProbabilityMean: Sendable {
  private let logWeights: [Double]
  private let classes: Int

  /// - Parameter weights: Their sum is 1.
  init(_ weights: [Double], classes: Int) {
    (logWeights, self.classes) = (weights.map { log($0) }, classes)
  }

  /// Writes the logits of one image.
  ///
  /// - Parameter rows: Of each member its logits, `[classes]`.
  func write<Row: RandomAccessCollection<Float>>(
    _ rows: [Row], into output: (_ class: Int, _ logit: Float) -> Void
  ) {
    var terms = [Double](repeating: 0, count: rows.count * classes)
    for (member, row) in rows.enumerated() {
      let largest = Double(row.max() ?? 0)
      let logSum = log(row.reduce(0) { $0 + exp(Double($1) - largest) })
      for (place, logit) in row.enumerated() {
        terms[member * classes + place] = logWeights[member] + Double(logit) - largest - logSum
      }
    }
    for place in 0..<classes {
      var largest = -Double.infinity
      for member in rows.indices { largest = max(largest, terms[member * classes + place]) }
      var sum = 0.0
      for member in rows.indices { sum += exp(terms[member * classes + place] - largest) }
      output(place, Float(largest + log(sum)))
    }
  }
}

/// An ensemble all of whose members can be asked about any image.
private struct LiveEnsemble: LiveTeacher {
  let members: [any LiveTeacher]
  let mean: ProbabilityMean
  var classes: Int { members[0].classes }

  var contentHash: String {
    ContentHash.hexadecimal(of: "ensemble|\(mean)|" + members.map(\.contentHash).joined())
  }

  func session(capacity: Int) -> any TeacherSession {
    Session(members.map { $0.session(capacity: capacity) }, mean, capacity * classes, classes)
  }

  private final class Session: TeacherSession {
    private let sessions: [any TeacherSession]
    private let mean: ProbabilityMean
    private let classes: Int
    /// What each member says.
    private let logits: [FloatArena]

    init(_ sessions: [any TeacherSession], _ mean: ProbabilityMean, _ floats: Int, _ classes: Int) {
      (self.sessions, self.mean, self.classes) = (sessions, mean, classes)
      logits = sessions.map { _ in FloatArena(count: floats) }
    }

    func answer(
      _ images: UnsafePointer<Float>, count: Int, into output: UnsafeMutablePointer<Float>
    ) {
      for (session, logits) in zip(sessions, logits) {
        session.answer(images, count: count, into: logits.base)
      }
      for start in stride(from: 0, to: count * classes, by: classes) {
        mean.write(
          logits.map { UnsafeBufferPointer(start: $0.base + start, count: classes) }
        ) { output[start + $0] = $1 }
      }
    }
  }
}

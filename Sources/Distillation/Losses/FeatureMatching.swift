import Foundation
import NeuralNetworks

/// Which places of a student a loss compares with which of its teacher's.
///
/// What a recipe does not name is found: the teacher's place of the same sort (a stage for a stage, a block for a
/// block) whose resolution is nearest, and among equals the one at the nearest depth.
struct FeatureMatching {
  /// Two places that are compared.
  struct Match: Hashable, Sendable {
    let student: NetworkPlaces.Place
    let teacher: NetworkPlaces.Place
    let pair: FeaturePair
  }

  let student: Network
  let teacher: Network
  private let studentPlaces: NetworkPlaces
  private let teacherPlaces: NetworkPlaces

  init(student: Network, teacher: Network) {
    (self.student, self.teacher) = (student, teacher)
    studentPlaces = NetworkPlaces(student)
    teacherPlaces = NetworkPlaces(teacher)
  }

  /// Returns what a loss compares: one pair, or one for every stage of the student.
  ///
  /// - Throws: `LossError` where a network has no such place.
  func matches(of term: LossTerm) throws(LossError) -> [Match] {
    if term.student == LossTerm.allStages {
      return try studentPlaces.stages.map { place throws(LossError) in
        match(place, try partner(of: place, in: teacherPlaces, "teacher"))
      }
    }
    let named = (
      try place(term.student, in: studentPlaces, "student"),
      try place(term.teacher, in: teacherPlaces, "teacher")
    )
    switch named {
    case (let own?, let other?): return [match(own, other)]
    case (let own?, nil): return [match(own, try partner(of: own, in: teacherPlaces, "teacher"))]
    case (nil, let other?):
      return [match(try partner(of: other, in: studentPlaces, "student"), other)]
    case (nil, nil):
      guard let own = studentPlaces.stages.last else {
        throw LossError("the student has no stage: it has \(studentPlaces)")
      }
      return [match(own, try partner(of: own, in: teacherPlaces, "teacher"))]
    }
  }

  private func match(_ own: NetworkPlaces.Place, _ other: NetworkPlaces.Place) -> Match {
    Match(
      student: own, teacher: other,
      pair: FeaturePair(student: own.node, of: student, teacher: other.node, of: teacher))
  }

  private func place(
    _ name: String?, in places: NetworkPlaces, _ owner: String
  ) throws(LossError) -> NetworkPlaces.Place? {
    guard let name else { return nil }
    guard let place = places.place(named: name) else {
      throw LossError("the \(owner) has no \(name): it has \(places)")
    }
    return place
  }

  /// Returns the place of another network that is most like one.
  private func partner(
    of place: NetworkPlaces.Place, in places: NetworkPlaces, _ owner: String
  ) throws(LossError) -> NetworkPlaces.Place {
    let candidates =
      place.name.hasPrefix("stage")
      ? places.stages
      : place.name.hasPrefix("block") ? places.blocks : places.pooled.map { [$0] } ?? []
    func distance(_ other: NetworkPlaces.Place) -> (resolution: Double, depth: Double) {
      (
        abs(log2(Double(place.shape.height) / Double(other.shape.height)))
          + abs(log2(Double(place.shape.width) / Double(other.shape.width))),
        abs(place.relativeDepth - other.relativeDepth)
      )
    }
    guard let nearest = candidates.min(by: { distance($0) < distance($1) }) else {
      throw LossError("the \(owner) has no place like \(place.name): it has \(places)")
    }
    return nearest
  }
}

extension FeatureMatching.Match: CustomStringConvertible {
  var description: String {
    "the student's \(student.name) (\(student.shape)) with the teacher's \(teacher.name) (\(teacher.shape))"
  }
}

import FileFormats
import NeuralNetworks
import TensorKernels

/// What of each image a relation loss compares with that of the others of its slice.
///
/// A relation is a number of two or three images, so the student's vectors and the teacher's may be of any lengths, and
/// no connector is needed. Only images of one slice are related: with `"slices": 4` and a batch of 64, those of 16.
public enum RelationSource: Hashable, Sendable {
  case features(FeaturePair)
  case logits

  /// The field of rules whose losses read either, and its values.
  public enum Choice: String, Hashable, Sendable, CaseIterable {
    case features, logits

    static let key = "of"

    /// Reads the field; features are compared where it is not there.
    init(_ members: JSONMembers) throws(JSONError) {
      self = try members[Self.key]?.choice(Self.self) ?? .features
    }

    var reads: LossReads { self == .logits ? .logits : .features }
    /// Part of a rule's identity; empty for what is usual.
    var identity: String { self == .logits ? " of logits" : "" }

    func source(on site: LossSite) -> RelationSource {
      guard self == .features else { return .logits }
      guard let pair = site.features else { preconditionFailure("the rule compares features") }
      return .features(pair)
    }
  }

  var inputs: LossInputs {
    switch self {
    case .features(let pair): pair.inputs
    case .logits: LossInputs(readsLogits: true)
    }
  }

  /// The vectors of a slice, one a row.
  struct Rows {
    let values: UnsafePointer<Float>
    let gradient: UnsafeMutablePointer<Float>
    let teacher: UnsafePointer<Float>
    let width: Int
    let teacherWidth: Int
  }

  func rows(of slice: LossSlice) -> Rows {
    switch self {
    case .features(let pair):
      Rows(
        values: slice.features[0].values, gradient: slice.features[0].gradient,
        teacher: slice.teacherFeatures[0], width: pair.studentShape.elementCount,
        teacherWidth: pair.teacherShape.elementCount)
    case .logits:
      Rows(
        values: slice.logits.values, gradient: slice.logits.gradient, teacher: slice.teacherLogits,
        width: slice.classes, teacherWidth: slice.classes)
    }
  }
}

extension RelationSource.Rows {
  /// Writes the gradient as a mixture of the vectors themselves: relations are functions of products and distances, so
  /// that each vector's gradient is a sum over all vectors.
  ///
  /// - Parameter mixture: `[count, count]`, of each vector its shares of all.
  func mix(_ mixture: UnsafePointer<Float>, count: Int) {
    matrixProduct(mixture, values, into: gradient, m: count, n: width, k: count)
  }

  /// Writes that nothing changes: a single image has no relations.
  func clearGradient(count: Int) { gradient.update(repeating: 0, count: count * width) }
}

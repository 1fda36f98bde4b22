import FileFormats

/// How the teachers of an ensemble are made one.
package struct EnsembleRule: Hashable, Sendable {
  /// What a member counts for an image.
  package enum Weighting: String, Hashable, Sendable, CaseIterable {
    /// Its own weight, the same for all images.
    case fixed
    /// Its weight times 1 − H(p)/log K, H being the entropy of its probabilities and K the number of classes: the
    /// surer it is of the image, the more. Source: Kwon et al., "Adaptive knowledge distillation based on entropy",
    /// ICASSP 2020.
    case confidence
    /// Its weight times how often it is right where it names the class that it names for the image, on the validation
    /// split: (right + 1)/(named + K).
    case competence
  }

  /// What the mean is of.
  package enum Average: String, Hashable, Sendable, CaseIterable {
    case probabilities
    /// Logarithms of probabilities, which are logits but for a constant: the geometric mean.
    case logits
  }

  package var weighting = Weighting.fixed
  package var average = Average.probabilities

  /// Of a list of teachers.
  package static let defaults = EnsembleRule()

  static let keys = ["weighting", "average"]

  package init() {}

  /// Reads the fields of `keys`.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  init(_ members: JSONMembers) throws(JSONError) {
    if let weighting = try members["weighting"]?.choice(Weighting.self) {
      self.weighting = weighting
    }
    if let average = try members["average"]?.choice(Average.self) { self.average = average }
  }

  /// All of it on one line; nothing where it is that of a list.
  var identity: String {
    self == .defaults ? "" : "|\(weighting.rawValue) \(average.rawValue)"
  }
}

/// What the numbers of one feature mean to a surrogate.
public enum FeatureKind: Hashable, Sendable {
  /// The rank of the value, scaled to 0 … 1: distances mean something.
  case ordinal
  /// The index of one of `count` values: only equality means something.
  case categorical(count: Int)
}

extension SearchSpace {
  /// The feature of a parameter that has no meaning for an architecture.
  public static let inactiveFeature = -1.0

  /// One kind per parameter, for the columns of `features(of:)`.
  public var featureKinds: [FeatureKind] {
    parameters.map { parameter in
      switch parameter.scale {
      case .ordinal: .ordinal
      case .categorical: .categorical(count: parameter.values.count)
      }
    }
  }

  /// Returns an architecture as one number per parameter.
  ///
  /// An ordinal value is its rank divided by the greatest rank (0 if it is the only one), a
  /// categorical one its index, and a parameter without a meaning `inactiveFeature`.
  public func features(of architecture: Architecture) -> [Double] {
    let active = activity(of: architecture)
    return parameters.indices.map { index in
      guard active[index] else { return SearchSpace.inactiveFeature }
      let choice = Double(architecture.choices[index])
      switch parameters[index].scale {
      case .ordinal: return choice / Double(max(1, parameters[index].values.count - 1))
      case .categorical: return choice
      }
    }
  }
}

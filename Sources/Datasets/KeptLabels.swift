import FileFormats

/// How many training images keep their label, under `"labels"` in a data set: for studies of few labels.
///
///     "labels": 2000
///     "labels": {"count": 2000, "others": "dropped"}
public struct KeptLabels: Hashable, Sendable {
  /// What becomes of the training images without a label.
  public enum Others: String, Hashable, Sendable, CaseIterable {
    /// They stay, of an unknown class: students learn from them by the teacher alone.
    case unlabeled
    /// They are in no split.
    case dropped
  }

  /// The training images that keep their label.
  public var count: Int
  public var others: Others

  public init(count: Int, others: Others = .unlabeled) {
    (self.count, self.others) = (count, others)
  }
}

extension KeptLabels: Encodable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case count, others
  }

  /// Reads a number or an object.
  ///
  /// - Throws: `JSONError` naming an unknown key or the field that is wrong.
  init(_ field: JSONField) throws(JSONError) {
    if case .object = field.value {
      let members = try field.members(
        of: "the labels that are kept", known: CodingKeys.allCases.map(\.rawValue))
      self.init(
        count: try members.required("count").integer(in: 2...Int(Int32.max)),
        others: try members["others"]?.choice(Others.self) ?? .unlabeled)
    } else {
      self.init(count: try field.integer(in: 2...Int(Int32.max)))
    }
  }

  /// Writes the same JSON that `init(_:)` reads.
  public func encode(to encoder: any Encoder) throws {
    if others == .unlabeled {
      var container = encoder.singleValueContainer()
      try container.encode(count)
    } else {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(count, forKey: .count)
      try container.encode(others.rawValue, forKey: .others)
    }
  }
}

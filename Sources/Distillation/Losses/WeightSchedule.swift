import FileFormats

/// The weight of a loss, as it changes on the way: linearly from one value to another, and nothing after that.
///
///     w(p) = from + (to − from) · p / until    for p < until or until = 1, else 0
///
/// p is the share of the steps that are done.
public struct WeightSchedule: Hashable, Sendable {
  public var from: Double
  public var to: Double
  /// The share of the steps, above 0, at most 1, after which the loss is off.
  public var until: Double

  public init(from: Double, to: Double, until: Double = 1) {
    (self.from, self.to, self.until) = (from, to, until)
  }

  public init(_ constant: Double) { self.init(from: constant, to: constant) }

  /// Returns the weight where a share of the steps is done, 0…1.
  public func weight(at progress: Double) -> Double {
    if until < 1 && progress >= until { return 0 }
    return from + (to - from) * (progress / until)
  }

  /// The schedule on one line: equal texts are equal schedules.
  public var identity: String {
    from == to && until == 1 ? "\(from)" : "\(from)…\(to)<\(until)"
  }
}

extension WeightSchedule {
  private static let range = 0.0...1e6

  /// Reads a number or `{"from": 1, "to": 0, "until": 0.5}`; `to` is `from` where it is left out, `until` 1.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  public init(_ field: JSONField) throws(JSONError) {
    guard case .object = field.value else {
      self.init(try field.number(in: WeightSchedule.range))
      return
    }
    let members = try field.members(of: "a weight", known: ["from", "to", "until"])
    let from = try members.required("from").number(in: WeightSchedule.range)
    self.init(
      from: from, to: try members["to"]?.number(in: WeightSchedule.range) ?? from,
      until: try members["until"]?.number(in: 0.001...1) ?? 1)
  }
}

/// A number in a line of text, with what stands around it.
struct PrintedQuantity: Hashable {
  /// How well a number is named as a typical time of one inference, best last.
  enum Role: Int, Comparable {
    case excluded, unnamed, latency, mean, median

    static func < (first: Role, second: Role) -> Bool { first.rawValue < second.rawValue }
  }

  var digits: String
  /// The unit of time right behind it.
  var unit: LatencyUnit?
  /// What it counts or measures, where that is no time: `fps`, `mb`, `runs`.
  var counted: String?
  /// The words before it that are about it, in lower case.
  var label: [String] = []
  /// The unit of time that the label names: `latency (us): 3210`.
  var labelUnit: LatencyUnit?
  /// The words behind it that are about it: `3.2 ms (mean)`.
  var trailing: [String] = []
  /// Whether it goes together with the number before it: `1 234.5 ms`, `between 3.1 and 3.6 ms`.
  var isContinuation = false

  /// Whether it says how often something was repeated.
  var isRepetition: Bool {
    if let counted { return PrintedWords.repetitions.contains(counted) }
    return unit == nil && labelUnit == nil
      && (label.last.map(PrintedWords.repetitions.subtracting(["time", "times"]).contains) ?? false)
  }

  var role: Role {
    if counted != nil { return .excluded }
    let words = label + trailing
    let isMedian = words.contains(where: PrintedWords.median.contains)
    let isOther = words.contains { word in
      PrintedWords.others.contains(word) || PrintedWords.isTail(word)
        || !isMedian && PrintedWords.quantiles.contains(word)
    }
    if isOther { return .excluded }
    if isMedian { return .median }
    if words.contains(where: PrintedWords.mean.contains) { return .mean }
    if words.contains(where: PrintedWords.sums.contains) { return .excluded }
    return words.contains(where: PrintedWords.latency.contains) ? .latency : .unnamed
  }
}

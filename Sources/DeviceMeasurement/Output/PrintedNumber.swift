/// The digits of a number in a program's output, which a comma may part in three ways.
enum PrintedNumber: Equatable {
  case one(Double)
  /// Numbers with commas between them and no blanks: `3.1,3.2`.
  case several([Double])
  case ambiguous

  /// Reads digits among words, where there is no list: `3,21` is 3.21 and `1,234.5` is 1234.5, but `1,234` may be
  /// either.
  init(amongWords digits: some StringProtocol) {
    let (decimal, thousands) = PrintedNumber.readings(digits)
    switch (decimal, thousands) {
    case (let value?, nil), (nil, let value?): self = .one(value)
    case (let value?, let other?) where value == other: self = .one(value)
    default: self = .ambiguous
    }
  }

  /// Reads digits that may be samples: what is a number with a comma among words is ambiguous here, unless a sample
  /// would be 0.
  init(amongNumbers digits: some StringProtocol) {
    let parts = digits.split(separator: ",").map { Double($0) }
    let samples = parts.compactMap(\.self)
    guard parts.count > 1, samples.count == parts.count, !samples.contains(0) else {
      self = PrintedNumber(amongWords: digits)
      return
    }
    let (decimal, thousands) = PrintedNumber.readings(digits)
    self = decimal == nil && thousands == nil ? .several(samples) : .ambiguous
  }

  /// The number with a comma, or nothing, before its decimals; and with commas between its thousands.
  private static func readings(
    _ text: some StringProtocol
  ) -> (decimal: Double?, thousands: Double?) {
    let digits = String(text.filter { !"'’_".contains($0) })
    guard digits.contains(",") else {
      let value = Double(digits)
      return (value, value)
    }
    let parts = digits.split(separator: ",", omittingEmptySubsequences: false)
    var decimal: Double?
    if parts.count == 2, !parts[1].contains(".") {
      let groups = parts[0].split(separator: ".", omittingEmptySubsequences: false)
      if groups.dropFirst().allSatisfy({ $0.count == 3 }) {
        decimal = Double(groups.joined() + "." + parts[1])
      }
    }
    var thousands: Double?
    let areGroups = parts.dropFirst().allSatisfy { $0.prefix { $0 != "." }.count == 3 }
    let first = parts[0].drop { "+-".contains($0) }
    if areGroups, (1...3).contains(first.count), first != "0",
      !parts.dropLast().contains(where: { $0.contains(".") })
    {
      thousands = Double(parts.joined())
    }
    return (decimal, thousands)
  }
}

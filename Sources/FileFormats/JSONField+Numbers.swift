extension JSONField {
  /// Returns a whole number; a range that ends at `Int.max` or `Int.min` is open there.
  public func integer(in range: ClosedRange<Int>) throws(JSONError) -> Int {
    guard case .integer(let integer) = value, range.contains(integer) else {
      throw expected(
        "a whole number"
          + Self.bounds(
            range.lowerBound == .min ? nil : String(range.lowerBound),
            // Where the number is too large for us, the largest one is worth saying.
            range.upperBound == .max && !isBeyondIntegers ? nil : String(range.upperBound)))
    }
    return integer
  }

  /// Returns a finite number; a range that ends at an infinity is open there.
  public func number(in range: ClosedRange<Double>) throws(JSONError) -> Double {
    guard let number, range.contains(number) else {
      throw expected(
        "a number"
          + Self.bounds(Self.shown(range.lowerBound), Self.shown(range.upperBound)))
    }
    return number
  }

  /// Returns a number above 0.
  ///
  /// - Parameter unit: What is counted, for messages: `microseconds`; nil where nothing is.
  public func positive(of unit: String? = nil) throws(JSONError) -> Double {
    guard let number, number > 0 else {
      throw expected("a number \(unit.map { "of \($0) " } ?? "")above 0")
    }
    return number
  }

  /// Returns a number of at least 0.
  ///
  /// - Parameter unit: What is counted, for messages: `microseconds`.
  public func nonnegative(of unit: String) throws(JSONError) -> Double {
    guard let number, number >= 0 else { throw expected("a number of \(unit), 0 or more") }
    return number
  }

  /// Returns a whole number above 0, at most 2⁵³: what every program reads exactly, and hundreds of which can be added.
  ///
  /// - Parameter unit: What is counted, for messages: `bytes`.
  public func count(of unit: String) throws(JSONError) -> Int {
    guard case .integer(let integer) = value, integer > 0 else {
      throw expected("a whole number of \(unit) above 0")
    }
    guard integer <= 1 << 53 else { throw expected("a whole number of \(unit) up to \(1 << 53)") }
    return integer
  }

  private var isBeyondIntegers: Bool {
    if case .number(let number) = value { number >= 0x1p63 } else { false }
  }

  private var number: Double? {
    switch value {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }

  private static func bounds(_ lower: String?, _ upper: String?) -> String {
    switch (lower, upper) {
    case (let lower?, let upper?): " from \(lower) to \(upper)"
    case (let lower?, nil): ", at least \(lower)"
    case (nil, let upper?): ", at most \(upper)"
    case (nil, nil): ""
    }
  }

  /// Returns a bound as a file would write it, or nothing for an infinity.
  private static func shown(_ bound: Double) -> String? {
    guard bound.isFinite else { return nil }
    return Int(exactly: bound).map(String.init) ?? String(bound)
  }
}

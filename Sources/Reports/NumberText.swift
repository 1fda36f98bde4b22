import Foundation

// How reports print numbers. All of it is independent of locale and machine.

extension Double {
  /// The number with a fixed count of decimals; never a negative zero, empty if not finite.
  func fixed(_ decimals: Int) -> String {
    guard isFinite else { return "" }
    let text = String(format: "%.\(decimals)f", self)
    return text.hasPrefix("-") && text.allSatisfy { "-0.".contains($0) }
      ? String(text.dropFirst()) : text
  }

  /// The number with about three significant digits, as prose and tables show costs.
  var brief: String {
    switch abs(self) {
    case 99.95...: fixed(0)
    case 9.995...: fixed(1)
    case 0.9995...: fixed(2)
    case 0.09995...: fixed(3)
    default: fixed(4)
    }
  }

  /// A share as a percentage: 0.9158 is `91.58 %`; a dash if it is not known.
  var percentage: String { isFinite ? percent(2) + " %" : "–" }

  /// A share as a percentage without its sign: 0.9158 is `91.58`.
  ///
  /// Halves go away from zero, whichever side of the half the binary number is on: on 4,000 images every odd count is a
  /// half of 0.01 %.
  func percent(_ decimals: Int) -> String {
    let unit = pow(10, Double(decimals))
    let steps = 100 * unit * self
    return ((steps + (steps < 0 ? -1e-7 : 1e-7)).rounded() / unit).fixed(decimals)
  }

  /// A difference of shares in percentage points with a sign: −0.008 is `−0.80`.
  var signedPoints: String {
    let text = percent(2)
    return text.hasPrefix("-") ? "−" + text.dropFirst() : "+" + text
  }

  /// A correlation or another small number with a typographic minus: `−0.40`.
  var signed: String {
    let text = fixed(2)
    return text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }

  /// Seconds as people say them: `48.2 s`, `4 min 12 s`, `2 h 05 min`.
  var duration: String {
    guard isFinite else { return "–" }
    if self < 59.95 { return fixed(1) + " s" }
    let seconds = Int(rounded())
    if seconds < 3600 { return "\(seconds / 60) min \(String(format: "%02d", seconds % 60)) s" }
    let minutes = (seconds + 30) / 60
    return "\(minutes / 60) h \(String(format: "%02d", minutes % 60)) min"
  }
}

extension ClosedRange<Double> {
  /// An interval of shares in per cent: `90.22–91.35 %`.
  var percentage: String { lowerBound.percent(2) + "–" + upperBound.percent(2) + " %" }

  /// An interval of correlations: `−0.20 to 1.00`.
  var signed: String { lowerBound.signed + " to " + upperBound.signed }
}

/// Returns a count with its noun: `1 student`, `3 students`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

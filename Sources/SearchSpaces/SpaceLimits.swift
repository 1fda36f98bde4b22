/// How large a search-space file may be: far beyond what anyone writes, and small enough that a file made to take
/// all memory or time is refused in about a second.
enum SpaceLimits {
  static let mostParameters = 2_000
  /// Of one parameter.
  static let mostValues = 2_000
  /// Numbers, names and operators of a formula. Each operator may take a call of the stack.
  static let mostFormulaWords = 500
  /// Combinations of decisions that later conditions ask for at once.
  static let mostRememberedStates = 100_000
  /// Elements of a blueprint, and formulas, that are looked at to check all of its branches.
  static let mostChecks = 3_000_000
  /// Elements of a blueprint that one network is built from, each repetition and call counted.
  static let mostElements = 100_000
}

/// What checking a blueprint has taken so far, counted by all who have a part in it.
final class CheckingWork {
  private var done = 0

  /// Counts one step; false if that is more than a file may take.
  func spend() -> Bool {
    done += 1
    return done <= SpaceLimits.mostChecks
  }

  static let expectation =
    "a blueprint whose branches and formulas are checked in \(SpaceLimits.mostChecks) steps"
}

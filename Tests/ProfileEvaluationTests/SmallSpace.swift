import Foundation
import SearchSpaces
import TestSupport

/// A space of two parameters with three values each; its keys are two digits of 0…2.
enum SmallSpace {
  static func space() throws -> SearchSpace {
    try SearchSpace(json: Data(SmallTable.spaceText().utf8), file: "space.json")
  }
}

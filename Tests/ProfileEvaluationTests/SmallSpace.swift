import Foundation
import SearchSpaces

/// A space of two parameters with three values each; its keys are two digits of 0…2.
enum SmallSpace {
  static func space() throws -> SearchSpace {
    let text = """
      {"format": "autodistill-search-space/1", "name": "small",
       "parameters": [{"name": "p0", "values": [0, 1, 2]}, {"name": "p1", "values": [0, 1, 2]}],
       "blueprint": [{"layer": "convolution", "kernel": 1, "channels": "$classes + 0 * ($p0 + $p1)"},
        {"layer": "batch_norm"}]}
      """
    return try SearchSpace(json: Data(text.utf8), file: "space.json")
  }
}

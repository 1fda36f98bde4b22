import HardwareProfiles
import SearchSpaces

@testable import Studies

/// Too many small students to list: 128,000.
let largeSpace: String = {
  let widths = (4..<44).map(String.init).joined(separator: ", ")
  return """
    {
      "format": "autodistill-search-space/1",
      "name": "large",
      "parameters": [
        {"name": "first", "values": [\(widths)]}, {"name": "second", "values": [\(widths)]},
        {"name": "third", "values": [\(widths)]}, {"name": "kernel", "values": [3, 5]}
      ],
      "blueprint": [
        {"layer": "convolution", "kernel": 3, "stride": 2, "channels": "$first"},
        {"layer": "activation", "kind": "relu"},
        {"layer": "convolution", "kernel": 1, "channels": "$second"},
        {"layer": "activation", "kind": "relu"},
        {"layer": "convolution", "kernel": "$kernel", "stride": 2, "channels": "$third"},
        {"layer": "activation", "kind": "relu"},
        {"layer": "global_average_pool"},
        {"layer": "dense", "channels": "$classes"}
      ]
    }
    """
}()

extension TinyStudy {
  /// A study of `largeSpace`.
  ///
  /// - Parameter search: The members of `search`.
  static func large(_ search: String, _ text: StudyText = .tiny) throws -> TinyStudy {
    let study = try TinyStudy(
      text.setting("search_space", "\"large.json\"").setting("search", search))
    try study.temporary.write(largeSpace, to: "large.json")
    return study
  }
}

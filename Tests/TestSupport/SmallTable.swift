/// A small table of results and the space that its rows are of, as texts.
public enum SmallTable {
  /// A space of `count` parameters with three values each; its keys are as many digits of 0…2.
  public static func spaceText(parameters count: Int = 2) -> String {
    let parameters = (0..<count).map { #"{"name": "p\#($0)", "values": [0, 1, 2]}"# }
    let sum = (0..<count).map { "$p\($0)" }.joined(separator: " + ")
    return """
      {"format": "autodistill-search-space/1", "name": "small",
       "parameters": [\(parameters.joined(separator: ", "))],
       "blueprint": [{"layer": "convolution", "kernel": 1, "channels": "$classes + 0 * (\(sum))"},
        {"layer": "batch_norm"}]}
      """
  }

  /// Nine architectures with two accuracies and two costs.
  public static let csv = """
    cell,flash,full,ms,kb
    00,10,15,1,9
    01,20,22,2,8
    02,30,41,3,7
    10,40,43,4,6
    11,50,44,5,5
    12,60,66,6,4
    20,70,75,7,3
    21,80,77,8,2
    22,90,99,9,1
    """
}

import Testing

/// Expects an error whose message contains every one of `parts`.
public func expectError(
  _ parts: [String], sourceLocation: SourceLocation = #_sourceLocation, in body: () throws -> Void
) {
  do {
    try body()
    Issue.record("no error, expected \(parts)", sourceLocation: sourceLocation)
  } catch {
    for part in parts {
      #expect("\(error)".contains(part), "\(error)", sourceLocation: sourceLocation)
    }
  }
}

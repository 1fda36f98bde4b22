import Foundation

extension Reader {
  /// Readers with one fault each, which are only used by name: who finds nothing in them finds nothing anywhere.
  static let plantedReaders: [Reader] = [
    planted("planted-trap") { bytes in
      // An array is asked for an element that it does not have.
      if bytes[0] > 128 { _ = bytes[bytes.count + 1] }
    },
    planted("planted-delay") { bytes in
      // A loop without any effect would be none once it is optimised.
      while bytes[0] > 128 { _ = clock() }
    },
    planted("planted-memory") { bytes in
      guard bytes[0] > 128 else { return }
      let many = [UInt8](repeating: bytes[0], count: 200 << 20)
      if many[many.count / 2] == 0 { throw Usage("something else") }
    },
    planted("planted-message") { bytes in
      if bytes[0] > 128 { throw Usage(String(repeating: "x", count: 100_000)) }
    },
  ]

  private static func planted(
    _ name: String, _ read: @escaping @Sendable ([UInt8]) throws -> Void
  ) -> Reader {
    // Input 1 is the second of the seeds as it is, and has the fault.
    Reader(name, seeds: { _ in [[1, 2, 3, 4], [200, 2, 3, 4]] }) { input in
      if !input.bytes.isEmpty { try read(input.bytes) }
    }
  }
}

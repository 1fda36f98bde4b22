import Foundation
import NeuralNetworks
import Testing

@testable import HardwareProfiles

@Suite("a measurement protocol")
struct MeasurementProtocolTests {
  private func profile(device: String = "a board", threads: Int, thermal: String = "cooled") throws
    -> HardwareProfile
  {
    var text = String(decoding: Shipped.data(), as: UTF8.self)
    text.replace("\"threads\": 1", with: "\"threads\": \(threads)")
    text.replace("1.5 GHz sustained, cooled, no throttling", with: thermal)
    text.replace(#/"device": "[^"]*"/#, with: "\"device\": \"\(device)\"")
    return try HardwareProfile(json: Data(text.utf8), file: "a.json")
  }

  @Test("makes two devices comparable only if it is the same for both")
  func comparable() throws {
    let one = try profile(threads: 1)
    try one.requireComparable(to: profile(device: "another", threads: 1))
    let other = try profile(device: "another", threads: 4, thermal: "hot")
    let error = try #require(throws: IncomparableProfiles.self) {
      try one.requireComparable(to: other)
    }
    #expect(error.fields == ["protocol.threads", "protocol.thermal"])
  }

  @Test("is stated in full beside a latency")
  func description() throws {
    let text = try profile(threads: 4).protocolDescription
    for part in ["a board", "XNNPACK", "fp32", "batch 1", "4 threads", "cooled", "idle core"] {
      #expect(text.contains(part))
    }
  }
}

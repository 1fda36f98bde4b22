import Foundation
import HardwareProfiles
import Testing

@testable import ProfileEvaluation

@Suite("what is said of a device")
struct StatedDeviceTests {
  private static let shipped = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "HardwareProfiles/raspberry-pi-4.json").path()

  private func describe(
    _ device: StatedDevice, base: HardwareProfile? = nil, like: HardwareProfile? = nil,
    file: String? = nil
  ) -> DeviceDescription {
    device.description(
      base: base, like: like, file: file, networks: 10, spaces: ["a", "b"], date: "2026-01-31")
  }

  @Test("is that nothing is known where nothing is said")
  func nothing() {
    let found = describe(StatedDevice())
    #expect(found.name == "fitted" && found.device == "not stated")
    #expect(found.measurementProtocol.runtime == "not stated")
    #expect(found.measurementProtocol.precision == .fp32)
    #expect(found.provenance.source == .fitted && found.provenance.machine == nil)
    #expect(
      found.provenance.text
        == "Fitted to 10 networks of a and b. Where they were measured was not stated.")
    #expect(describe(StatedDevice(), file: "some/folder/pi.json").name == "pi")
  }

  @Test("is what a profile of the device says, unless something else is said")
  func described() throws {
    let shipped = try HardwareProfile(contentsOf: Self.shipped)
    let base = describe(StatedDevice(), base: shipped)
    #expect(base.device == shipped.device && base.memory == shipped.memory)
    #expect(base.measurementProtocol == shipped.measurementProtocol)
    #expect(base.energy == shipped.energy)
    #expect(
      base.provenance.text.hasPrefix(
        "Fitted to 10 networks of a and b, starting from the profile \(shipped.name). "))
    let like = describe(StatedDevice(), like: shipped)
    #expect(like.memory == shipped.memory && !like.provenance.text.contains("starting from"))
    var device = StatedDevice()
    (device.name, device.device, device.source) = ("mine", "a board", "Measured by hand.")
    (device.precision, device.threads) = (.int8, 4)
    let stated = describe(device, base: shipped)
    #expect(stated.name == "mine" && stated.device == "a board")
    #expect(stated.measurementProtocol.runtime == shipped.measurementProtocol.runtime)
    #expect(
      stated.measurementProtocol.precision == .int8 && stated.measurementProtocol.threads == 4)
    #expect(stated.provenance.text.hasSuffix(". Measured by hand."))
  }

  @Test("of another runtime takes nothing of a protocol; of this machine it names it")
  func runtime() throws {
    let shipped = try HardwareProfile(contentsOf: Self.shipped)
    var device = StatedDevice()
    (device.runtime, device.machine) = ("another", "This Processor")
    let found = describe(device, base: shipped)
    #expect(found.measurementProtocol.runtime == "another")
    #expect(found.measurementProtocol.affinity == "not stated")
    #expect(found.provenance.source == .measured && found.provenance.machine == "This Processor")
    #expect(found.device == shipped.device)
    #expect(describe(device).device == "This Processor")
  }
}

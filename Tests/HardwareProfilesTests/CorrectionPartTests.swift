import Testing

@testable import HardwareProfiles

@Suite("the table of a correction's parts")
struct CorrectionPartTests {
  @Test("has nine parts in the order of their covariances, each with a scale of its own")
  func table() {
    #expect(
      CorrectionPart.all.map(\.scale.key) == [
        "launch", "arithmetic", "traffic", "shape", "kernel", "network", "decisions", "idle",
        "context",
      ])
    for (place, part) in CorrectionPart.all.enumerated() {
      #expect(CorrectionPart.place(of: part.scale.path) == place)
      #expect(CorrectionScales.place(of: part.scale.path) == place)
    }
  }

  @Test("says which three parts are about kinds, and which two fade with decisions")
  func subjects() {
    #expect(CorrectionPart.all.map(\.isAboutKinds) == (0..<9).map { $0 < 3 })
    #expect(CorrectionPart.all.map(\.fadesWithDecisions) == (0..<9).map { $0 > 6 })
  }

  @Test("has a prior for each scale of a fit")
  func priors() {
    #expect(
      CorrectionScales.named.map(\.priorDeviation)
        == [1, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.3, 0.5])
    #expect(CorrectionScales.named.filter { !$0.isLogarithmic }.map(\.key) == ["noise_power"])
  }
}

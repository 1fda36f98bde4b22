import Testing

@testable import Studies

@Suite("names of workers' folders")
struct LeaseNameTests {
  @Test("say which start of which worker it is")
  func roundTrip() {
    let lease = LeaseName(token: "0af3", index: 12, restarts: 2)
    #expect(lease.nonce.count == 8 && LeaseName(folder: lease.folder) == lease)
    #expect(LeaseName(token: "0af3", index: 12, restarts: 2) != lease)
  }

  @Test(
    "are not those of other files",
    arguments: [
      "pulse", "0af3.sh", "0af3.0.log", "0af3.0.0", "0af3.-1.0.12ab", "0af3.0.0.12ab.x", "..0.0",
      "../0.0.0.0", "x/y.0.0.ab", ".0.0.ab", "zz.0.0.ab", "0af3.0.x.ab", "",
    ])
  func others(_ name: String) { #expect(LeaseName(folder: name) == nil) }
}

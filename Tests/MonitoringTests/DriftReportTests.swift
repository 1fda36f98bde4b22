import Testing

@testable import Monitoring

@Suite("a comparison of a batch with a reference")
struct DriftReportTests {
  private static let reference = MadeUpImages().sample(2000, seed: 1)

  private func report(_ images: MadeUpImages, _ count: Int = 500, seed: UInt64 = 2) -> DriftReport {
    DriftReport(images.sample(count, seed: seed), reference: DriftReportTests.reference)
  }

  private func verdict(_ report: DriftReport, _ name: String) -> DriftVerdict? {
    report.findings.first { $0.name == name }?.verdict
  }

  @Test("raises no alarm for batches that are like the reference, with few exceptions")
  func clean() {
    let alarms = (0..<60).count { report(MadeUpImages(), seed: 10 + $0).verdict != .unchanged }
    // At a level of 1 % four or more of 60 come in one of 300 times.
    #expect(alarms <= 3, "\(alarms)")
  }

  @Test("finds brighter images in the brightness, and nothing in the noise")
  func brightness() {
    let found = report(MadeUpImages(brightness: 0.1))
    #expect(found.verdict == .drifted)
    #expect(verdict(found, "brightness") == .drifted && verdict(found, "noise") == .unchanged)
    #expect(verdict(found, "features") != .unchanged)
    #expect(verdict(found, "predicted_classes") == .unchanged)
  }

  @Test("finds noise of the sensor in the noise")
  func noise() {
    let found = report(MadeUpImages(noise: 0.1))
    #expect(found.verdict == .drifted)
    #expect(verdict(found, "noise") == .drifted && verdict(found, "confidence") == .unchanged)
  }

  @Test("finds a class that is twice as frequent, and names it")
  func prior() throws {
    let images = MadeUpImages(weights: [1, 2, 1, 1])
    let found = DriftReport(
      images.sample(500, seed: 3), reference: DriftReportTests.reference,
      classNames: ["ant", "bee", "cat", "dog"])
    let share = try #require(found.findings.first { $0.name == "class_share" })
    #expect(share.verdict == .drifted && share.meaning.contains("bee"))
    #expect(share.hasRisen && abs(share.size - 0.15) < 0.05)
    #expect(verdict(found, "predicted_classes") != .unchanged)
  }

  @Test("takes less agreement with the teacher for a drift, and more of it for none")
  func agreement() {
    #expect(verdict(report(MadeUpImages(agreement: 0.75)), "teacher_agreement") == .drifted)
    #expect(verdict(report(MadeUpImages(agreement: 1)), "teacher_agreement") == .unchanged)
  }

  @Test("watches what is certain and small, and not what is certain and tiny")
  func sizes() {
    let rule = DriftRule()
    #expect(rule.verdict(0.1, .distance, corrected: 1e-9) == .watch)
    #expect(rule.verdict(0.02, .distance, corrected: 1e-9) == .unchanged)
    #expect(rule.verdict(0.9, .distance, corrected: 0.005) == .watch)
    #expect(rule.verdict(0.9, .distance, corrected: 0.02) == .unchanged)
    #expect(rule.verdict(0.9, .distance, corrected: 1e-4) == .drifted)
  }

  @Test("corrects the p-values for the number of tests, and leaves out what one side lacks")
  func correction() {
    let found = report(MadeUpImages())
    #expect(found.findings.count == 9)
    for finding in found.findings {
      #expect(finding.corrected >= finding.pValue && finding.corrected <= 1)
    }
    var bare = MadeUpImages().sample(200, seed: 4)
    (bare.features, bare.agreement) = (nil, nil)
    #expect(DriftReport(bare, reference: DriftReportTests.reference).findings.count == 7)
  }

  @Test("gives the same twice")
  func repeats() {
    #expect(report(MadeUpImages(brightness: 0.03)) == report(MadeUpImages(brightness: 0.03)))
  }
}

import Testing

@testable import Monitoring

@Suite("outliers of a batch")
struct OutliersTests {
  @Test("are images that lie outside by more than the reference's whole range, on either side")
  func outside() throws {
    let reference: [Float] = [1, 2, 3]
    let found = try #require(Outliers(.brightness, reference, [-1.5, -1, 2, 5, 5.5, 9]))
    #expect(found.count == 3 && found.farthest == 9)
    #expect(found.least == 1 && found.largest == 3)
    #expect(try #require(Outliers(.brightness, reference, [-7, 2, 5.5])).farthest == -7)
    #expect(try #require(Outliers(.noise, reference, [.infinity])).farthest == .infinity)
  }

  @Test("are none where all lie near the reference")
  func inside() {
    #expect(Outliers(.brightness, [1, 2, 3], [-1, 0, 5]) == nil)
    #expect(Outliers(.brightness, [1, 1], [1, 1]) == nil)
  }
}

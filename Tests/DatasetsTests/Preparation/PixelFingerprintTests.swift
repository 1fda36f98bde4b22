import Testing

@testable import Datasets

@Suite("the fingerprint of an image")
struct PixelFingerprintTests {
  private func fingerprint(_ pixels: [UInt8]) -> PixelFingerprint {
    pixels.withUnsafeBytes { PixelFingerprint($0) }
  }

  @Test("is the same for the same pixels alone, wherever one differs and however many there are")
  func differs() {
    for count in [1, 7, 8, 9, 15, 16, 17, 31, 48, 100] {
      let pixels = (0..<count).map(pseudoPixel)
      #expect(fingerprint(pixels) == fingerprint(pixels))
      var seen: Set<PixelFingerprint> = [fingerprint(pixels)]
      for place in 0..<count {
        for bit in 0..<8 {
          var changed = pixels
          changed[place] ^= 1 << UInt8(bit)
          #expect(seen.insert(fingerprint(changed)).inserted)
        }
      }
      // Zeros behind it make it another image.
      #expect(seen.insert(fingerprint(pixels + [0])).inserted)
    }
    #expect(fingerprint([0, 0]) != fingerprint([0, 0, 0]))
  }
}

import Testing

@testable import Studies

@Suite("the time in which somebody has looked")
struct AttendedTimeTests {
  @Test("counts what passes between looks, and little of a pause")
  func pauses() {
    let time = VirtualTime()
    var attended = AttendedTime()
    let clock = time.clock(offsetSeconds: -300)
    attended.look(at: clock.now)
    #expect(attended.seconds == 0)
    for _ in 0..<20 {
      time.pass(3)
      attended.look(at: clock.now)
    }
    #expect(abs(attended.seconds - 60) < 1e-6)
    time.pass(86_400)
    attended.look(at: clock.now)
    #expect(abs(attended.seconds - 60 - AttendedTime.longestGapSeconds) < 1e-6)
  }
}

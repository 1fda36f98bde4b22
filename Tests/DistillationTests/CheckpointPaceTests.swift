import Foundation
import Testing

@testable import Distillation

@Suite("the pace of checkpoints")
struct CheckpointPaceTests {
  @Test("lets some time pass before the first and after each")
  func pause() {
    var pace = CheckpointPace(shortestPause: .milliseconds(40))
    #expect(!pace.isDue)
    usleep(50_000)
    #expect(pace.isDue)
    pace.write {}
    #expect(!pace.isDue)
    #expect(!CheckpointPace().isDue)
  }

  @Test("is slower where writing is slow, so that it takes about a hundredth of the time")
  func restraint() {
    var pace = CheckpointPace(shortestPause: .zero)
    pace.write { usleep(20_000) }
    // Due two seconds later.
    usleep(50_000)
    #expect(!pace.isDue)
  }
}

import Foundation
import TensorKernels
import Testing

@testable import NeuralNetworks

@Suite("a kernel clock")
struct KernelClockTests {
  private func sleep(milliseconds: Double) { Thread.sleep(forTimeInterval: milliseconds / 1000) }

  @Test("books the time since the last lap to the kind that is named")
  func laps() throws {
    let clock = KernelClock(threads: 1)
    sleep(milliseconds: 30)
    clock.start(thread: 0)
    sleep(milliseconds: 10)
    clock.lap(.norm, thread: 0)
    clock.lap(.loss, thread: 0)
    sleep(milliseconds: 5)
    clock.lap(.norm, thread: 0)
    let times = clock.nanoseconds
    // A sleep is never too short; how long it lasts is up to the system.
    #expect(try #require(times[.norm]) >= 15_000_000)
    #expect(try #require(times[.loss]) < 5_000_000)
    for kind in KernelKind.allCases where kind != .norm && kind != .loss {
      #expect(times[kind] == 0, "\(kind)")
    }
  }

  @Test("has a place for each kind, in their order")
  func slots() {
    #expect(KernelKind.allCases.map(\.slot) == Array(KernelKind.allCases.indices))
  }

  @Test("keeps every kind apart")
  func kinds() {
    for kind in KernelKind.allCases {
      let clock = KernelClock(threads: 2)
      clock.start(thread: 1)
      sleep(milliseconds: 1)
      clock.lap(kind, thread: 1)
      let booked = clock.nanoseconds.filter { $0.value > 0 }
      #expect(Array(booked.keys) == [kind])
    }
  }

  @Test("adds up threads that measure at once, and nothing is lost between laps")
  func threads() throws {
    let clock = KernelClock(threads: 3)
    let team = WorkerTeam(threadCount: 3)
    let began = DispatchTime.now().uptimeNanoseconds
    team.run { thread in
      clock.start(thread: thread)
      team.barrier()
      for _ in 0..<1000 {
        clock.lap(.dense, thread: thread)
        clock.lap(.batch, thread: thread)
      }
      Thread.sleep(forTimeInterval: 0.02)
      clock.lap(.waiting, thread: thread)
    }
    let elapsed = Int(DispatchTime.now().uptimeNanoseconds - began)
    let times = clock.nanoseconds
    #expect(try #require(times[.waiting]) >= 60_000_000)
    #expect(times.values.reduce(0, +) <= 3 * elapsed)
  }

  @Test("names kinds as reports write them")
  func names() {
    #expect(KernelKind.squeezeExcitation.rawValue == "squeeze_excitation")
    #expect(Set(KernelKind.allCases.map(\.rawValue)).count == KernelKind.allCases.count)
  }
}

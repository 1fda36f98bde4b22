import NetworkFixtures
import RandomStreams
import TestSupport
import Testing

@testable import DeployedModels

@Suite("an offline plan")
struct OfflinePlanTests {
  @Test("reaches the lower bound of MLPerf Tiny's networks", arguments: ReferenceModel.allCases)
  func references(name: ReferenceModel) {
    let model = name.model.int8Structure()
    for kernels in MicroRuntime.Kernels.allCases {
      let runtime = MicroRuntime(kernels)
      let plan = OfflinePlan(model, on: runtime)
      #expect(plan.headBytes == plan.lowerBoundBytes)
      expectHonoured(plan, model, on: runtime)
    }
    if name == .persons {
      #expect(OfflinePlan(model, on: MicroRuntime(.reference)).headBytes == 55_296)
    }
  }

  @Test("reaches it for 19 of 20 random students")
  func random() throws {
    var (count, reached) = (0, 0)
    for space in shippedSpaces {
      for network in try students(of: space, count: Thoroughness.pick(100, usually: 12)) {
        let model = try LoweredNetwork(structureOf: network).model.int8Structure()
        let runtime = MicroRuntime(.cmsisNNDSP)
        let plan = OfflinePlan(model, on: runtime)
        count += 1
        reached += plan.headBytes == plan.lowerBoundBytes ? 1 : 0
        expectHonoured(plan, model, on: runtime)
      }
    }
    #expect(Double(reached) >= 0.95 * Double(count), "\(reached) of \(count)")
  }

  @Test("is never worse than what the runtime does itself, and no better than the bound")
  func bounds() {
    var stream = RandomStream(seed: 3, purpose: "buffers")
    for _ in 0..<100 {
      let buffers = randomBuffers(&stream)
      let plan = PlanSearch(buffers).best(attempts: 100)
      #expect(plan.bytes <= GreedyPlanner.plan(buffers).bytes)
      #expect(plan.bytes >= buffers.lowerBoundBytes)
      expectApart(buffers, plan)
    }
  }

  @Test("is embedded only where it takes no more with any kernels, and less with some")
  func embedded() throws {
    var (count, planned) = (0, 0)
    var times: [Duration] = []
    for space in shippedSpaces {
      for network in try students(of: space, count: Thoroughness.pick(200, usually: 12)) {
        let model = try LoweredNetwork(structureOf: network).model
        for structure in [model, model.int8Structure()] {
          count += 1
          var found: OfflinePlan?
          times.append(ContinuousClock().measure { found = OfflinePlan.embedded(in: structure) })
          guard let plan = found else { continue }
          planned += 1
          var helps = false
          for kernels in MicroRuntime.Kernels.allCases {
            for pointerBytes in [4, 8] {
              let runtime = MicroRuntime(kernels, pointerBytes: pointerBytes)
              let arena = MicroArena(structure, on: runtime, offsets: plan.offsets)
              let alone = MicroArena(structure, on: runtime)
              #expect(arena.headBytes <= alone.headBytes && arena.bytes <= alone.bytes)
              helps = helps || arena.headBytes < alone.headBytes
              expectApart(arena.buffers, arena.plan)
            }
          }
          #expect(helps)
        }
      }
    }
    #expect(planned > 0 && planned < count, "\(planned) of \(count)")
    let mean = times.reduce(.zero, +) / count
    print("\(planned) of \(count) are planned, in \(mean) each, at most \(times.max() ?? .zero)")
    // Every proposal of a search is priced so.
    #expect(mean < .milliseconds(3))
  }

  /// Expects that the runtime, told the plan, lays buffers out as the plan says.
  private func expectHonoured(
    _ plan: OfflinePlan, _ model: DeployedModel, on runtime: MicroRuntime
  ) {
    let arena = MicroArena(model, on: runtime, offsets: plan.offsets)
    #expect(arena.headBytes == plan.headBytes)
    expectApart(arena.buffers, arena.plan)
    #expect(arena.headBytes <= MicroArena(model, on: runtime).headBytes)
  }
}

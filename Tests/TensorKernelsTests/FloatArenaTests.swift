import Testing

@testable import TensorKernels

@Suite("a float arena")
struct FloatArenaTests {
  @Test(
    "is zeroed, aligned and readable 64 floats past its end",
    arguments: [0, 1, 16, 1000, 524_224, 524_225, 3_000_000])
  func memory(count: Int) {
    let arena = FloatArena(count: count)
    #expect(arena.count == count)
    let hugePage = 1 << 21
    let alignment = 4 * (count + 64) >= hugePage ? hugePage : 64
    #expect(Int(bitPattern: arena.base) % alignment == 0)
    #expect((0..<count + 64).allSatisfy { arena.base[$0] == 0 })
  }
}

/// A program that is being rewritten, instruction after instruction.
///
/// A rule looks back from the instruction at hand; what it takes in is left without readers and falls out at the
/// end. Values that are given by another instruction now are looked up through `current`.
struct ProgramEditor {
  var program: Program
  private(set) var producers: [Int?]
  private(set) var readers: [Int]
  private var replacement: [Int]

  init(_ program: Program) {
    self.program = program
    producers = program.values.map { _ in nil }
    for (index, instruction) in program.instructions.enumerated() {
      producers[instruction.output] = index
    }
    readers = program.readerCounts
    replacement = Array(program.values.indices)
  }

  /// Calls `body` with the number of every instruction, its inputs brought up to date.
  mutating func forEachInstruction(_ body: (inout ProgramEditor, Int) -> Void) {
    for index in program.instructions.indices {
      program.instructions[index].inputs = program.instructions[index].inputs.map(current)
      body(&self, index)
    }
    program.outputs = program.outputs.map(current)
    program.removeDeadInstructions()
  }

  private func current(_ value: Int) -> Int {
    var value = value
    while replacement[value] != value { value = replacement[value] }
    return value
  }

  func shape(_ value: Int) -> [Int] { program.values[value].shape }
  func constant(_ value: Int) -> Constant? { program.values[value].constant }
  func instruction(_ index: Int) -> Instruction { program.instructions[index] }

  /// Returns the instruction that gives a value, and its number.
  func producer(of value: Int) -> (index: Int, instruction: Instruction)? {
    producers[value].map { ($0, program.instructions[$0]) }
  }

  /// As `producer`, if nothing else reads the value.
  func onlyProducer(of value: Int) -> (index: Int, instruction: Instruction)? {
    readers[value] == 1 ? producer(of: value) : nil
  }

  mutating func append(_ constant: Constant) -> Int {
    program.values.append(
      ProgramValue(shape: constant.shape, kind: constant.kind, constant: constant))
    producers.append(nil)
    readers.append(0)
    replacement.append(program.values.count - 1)
    return program.values.count - 1
  }

  /// Makes an instruction another one with the same output.
  mutating func rewrite(_ index: Int, _ operation: Operation, _ inputs: [Int]) {
    let old = program.instructions[index].inputs
    program.instructions[index].operation = operation
    program.instructions[index].inputs = inputs
    // In this order, so that what is read before and after is never without a reader.
    for input in inputs { readers[input] += 1 }
    for input in old { release(input) }
  }

  /// Takes a reader from a value; an instruction that nothing reads any more reads nothing either.
  private mutating func release(_ value: Int) {
    // A list of our own: a chain may be longer than the system's stack.
    var pending = [value]
    while let value = pending.popLast() {
      readers[value] -= 1
      guard readers[value] == 0, let producer = producers[value] else { continue }
      producers[value] = nil
      pending += program.instructions[producer].inputs
      program.instructions[producer].inputs = []
    }
  }

  /// Lets everything that reads the output of `index` read that of `other`, which computes it now.
  mutating func replace(_ index: Int, by other: Int) {
    let (old, new) = (program.instructions[index].output, program.instructions[other].output)
    replacement[old] = new
    readers[new] += readers[old]
    readers[old] = 0
    producers[old] = nil
    let inputs = program.instructions[index].inputs
    program.instructions[index].inputs = []
    for input in inputs where input != new { release(input) }
    for input in inputs where input == new { readers[input] -= 1 }
    // The instruction at hand gives nothing; whoever reads, reads the other.
  }
}

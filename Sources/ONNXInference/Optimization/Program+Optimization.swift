extension Program {
  /// Returns the program with operations put together that one kernel does, or that a kernel's weights can take in.
  func optimized() -> Program {
    var program = self
    program.removeDeadInstructions()
    // Each pass shows the next what it looks for; the second round finds what the first one has made.
    for _ in 0..<2 {
      program = edited(program) { editor, index in
        editor.foldConstantOperand(index)
        editor.mergeScaling(index)
        editor.recognizeActivation(index)
        editor.recognizeNorm(index)
        editor.foldPadding(index)
        editor.foldIntoWeights(index)
        editor.foldIntoProduct(index)
      }
    }
    program = edited(program) { editor, index in editor.recognizeAttention(index) }
    return edited(program) { editor, index in editor.fuseFinish(index) }
  }

  private func edited(
    _ program: Program, _ body: (inout ProgramEditor, Int) -> Void
  ) -> Program {
    var editor = ProgramEditor(program)
    editor.forEachInstruction(body)
    return editor.program
  }
}

import Testing

@testable import autodistill

@Suite("the verbs")
struct VerbTests {
  private func namedOptions(_ text: String) -> Set<String> {
    Set(text.matches(of: /--[a-z][a-z0-9-]*/).map { String($0.output) })
  }

  @Test("have names of their own")
  func names() {
    let verbs = AutoDistillCommand.verbs
    #expect(Set(verbs.map { $0.name }).count == verbs.count)
    for verb in verbs { #expect(verb.help.hasPrefix("USAGE: autodistill \(verb.name)")) }
  }

  @Test("have only options that their help explains, and explain only options that there are")
  func options() {
    let verbs = AutoDistillCommand.verbs
    let all: Set<String> = Set(verbs.flatMap { $0.options + $0.flags }).union(["--help"])
    for verb in verbs {
      let named = namedOptions(verb.help)
      let own: Set<String> = Set(verb.options + verb.flags)
      #expect(own.subtracting(named).isEmpty, "\(verb.name)")
      #expect(named.subtracting(all).isEmpty, "\(verb.name)")
    }
  }
}

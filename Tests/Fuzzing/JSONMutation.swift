import FileFormats
import RandomStreams

/// Mutates JSON values by value, so that what a reader expects around them stays: half of all mutations of bytes
/// end in the parser.
struct JSONMutation {
  private let trees: [JSONValue]
  private var stream: RandomStream
  private var value: JSONValue

  init(_ trees: [JSONValue], using stream: RandomStream) {
    (self.trees, self.stream) = (trees, stream)
    value = trees[self.stream.integer(below: trees.count)]
  }

  /// Returns the text of a mutated value.
  mutating func text() -> [UInt8] {
    for _ in 0...stream.integer(below: 3) {
      var place = stream.integer(below: JSONMutation.count(value))
      value = changed(value, at: &place)
    }
    var text = ""
    JSONMutation.write(value, to: &text)
    return Array(text.utf8)
  }

  private static func count(_ value: JSONValue) -> Int {
    switch value {
    case .array(let elements): elements.reduce(1) { $0 + count($1) }
    case .object(let members): members.reduce(1) { $0 + count($1.value) }
    default: 1
    }
  }

  /// Returns the value with the one at a place, counted in depth-first order, changed.
  private mutating func changed(_ value: JSONValue, at place: inout Int) -> JSONValue {
    if place == 0 {
      place = -1
      return other(than: value)
    }
    place -= 1
    switch value {
    case .array(var elements):
      for index in elements.indices where place >= 0 {
        elements[index] = changed(elements[index], at: &place)
      }
      return .array(elements)
    case .object(var members):
      for index in members.indices where place >= 0 {
        members[index] = .init(
          name: members[index].name, value: changed(members[index].value, at: &place))
      }
      return .object(members)
    default: return value
    }
  }

  private mutating func other(than value: JSONValue) -> JSONValue {
    if stream.integer(below: 4) > 0 {
      switch value {
      case .array(var elements) where !elements.isEmpty:
        let index = stream.integer(below: elements.count)
        switch stream.integer(below: 4) {
        case 0: elements.remove(at: index)
        case 1: elements.insert(elements[index], at: index)
        case 2: elements.swapAt(0, index)
        default:
          let times = 1 << stream.integer(below: 8)
          elements.append(contentsOf: repeatElement(elements[index], count: times))
        }
        return .array(elements)
      case .object(var members) where !members.isEmpty:
        let index = stream.integer(below: members.count)
        switch stream.integer(below: 5) {
        case 0: members.remove(at: index)
        case 1: members.append(members[index])
        case 2: members[index] = .init(name: word(), value: members[index].value)
        case 3:
          let from = stream.integer(below: members.count)
          members[index] = .init(name: members[index].name, value: members[from].value)
        default: members.append(.init(name: word(), value: .integer(1)))
        }
        return .object(members)
      case .integer, .number: return number()
      case .text(let text):
        switch stream.integer(below: 4) {
        case 0: return .text(word())
        case 1: return .text(text + word())
        case 2: return .text(String(text.dropLast()))
        default: return .text(String(repeating: text, count: 1 << stream.integer(below: 8)))
        }
      default: break
      }
    }
    switch stream.integer(below: 8) {
    case 0: return .null
    case 1: return .flag(stream.integer(below: 2) == 0)
    case 2: return .array([])
    case 3: return .object([])
    case 4: return .text(word())
    case 5:
      var tree = value
      for _ in 0..<stream.integer(below: 120) { tree = .array([tree]) }
      return tree
    case 6:
      // A part of any of the files.
      let source = trees[stream.integer(below: trees.count)]
      return part(of: source, at: stream.integer(below: JSONMutation.count(source)))
    default: return number()
    }
  }

  private func part(of value: JSONValue, at place: Int) -> JSONValue {
    var rest = [value]
    var left = place
    while let next = rest.popLast() {
      if left == 0 { return next }
      left -= 1
      switch next {
      case .array(let elements): rest += elements.reversed()
      case .object(let members): rest += members.map(\.value).reversed()
      default: break
      }
    }
    return value
  }

  private mutating func number() -> JSONValue {
    let text = Mutation.numbers[stream.integer(below: Mutation.numbers.count)]
    return Int(text).map(JSONValue.integer)
      ?? Double(text).map { $0.isFinite ? .number($0) : .integer(.max) } ?? .integer(-1)
  }

  private mutating func word() -> String {
    Mutation.words[stream.integer(below: Mutation.words.count)]
  }

  private static func write(_ value: JSONValue, to text: inout String) {
    func quoted(_ text: String) -> String { JSONText.text(text).formatted }
    switch value {
    case .null: text += "null"
    case .flag(let flag): text += flag ? "true" : "false"
    case .integer(let integer): text += String(integer)
    case .number(let number): text += String(number)
    case .text(let content): text += quoted(content)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        write(element, to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        text += quoted(member.name) + ":"
        write(member.value, to: &text)
      }
      text += "}"
    }
  }
}

import Testing

@testable import TensorKernels

@Suite("a tile's size")
struct TileSizeTests {
  static let columnCounts = [1, nativeWidth, nativeWidth + 1, wideTileColumns]

  @Test(
    "is one that there is a tile for, and never more than what is left", arguments: columnCounts)
  func rowsCover(columns: Int) {
    for remaining in 1...500 {
      let rows = tileRows(remaining: remaining, columns: columns)
      #expect(rows <= remaining)
      #expect(rows <= mostTileRows(columns: columns))
      #expect(MatrixTileTests.rowCounts.contains(rows))
    }
  }

  @Test("leaves no single row behind a full tile", arguments: columnCounts)
  func rowsAreShared(columns: Int) {
    let most = mostTileRows(columns: columns)
    #expect(tileRows(remaining: most, columns: columns) == most)
    #expect(tileRows(remaining: 2 * most, columns: columns) == most)
    for remaining in most + 1...4 * most {
      var left = remaining
      while left > 0 {
        let rows = tileRows(remaining: left, columns: columns)
        #expect(rows >= 3, "\(remaining) rows")
        left -= rows
      }
    }
  }

  @Test("has sums for two multiply–adders, and leaves registers for what is multiplied")
  func registers() {
    let registers = hasManyRegisters ? 32 : 16
    #expect(2 * wideTileRows >= 8)
    #expect(2 * wideTileRows + 3 <= registers)
    #expect(slimTileRows + 2 <= registers)
  }

  @Test("takes two lines of a small image where both fit")
  func twoLines() {
    for columns in TileSizeTests.columnCounts {
      for width in 1...20 where tileHoldsTwoLines(width: width, columns: columns) {
        #expect(MatrixTileTests.rowCounts.contains(2 * width))
      }
    }
    #expect(tileHoldsTwoLines(width: 7, columns: nativeWidth))
    #expect(!tileHoldsTwoLines(width: 8, columns: nativeWidth))
  }
}

/// Which triangles touch which tile of a picture, in the order of the triangles.
struct TileBins {
  let columns, rows: Int
  private let starts: [Int]
  private let numbers: [UInt32]

  init(_ triangles: [ScreenTriangle], width: Int, height: Int) {
    let side = TileBuffer.side
    let columns = (width + side - 1) / side
    let rows = (height + side - 1) / side
    func range(_ a: Float, _ b: Float, _ c: Float, _ count: Int) -> ClosedRange<Int> {
      let low = max(0, Int(min(a, b, c)) / side)
      return low...max(low, min(count - 1, Int(max(a, b, c)) / side))
    }
    var counts = [Int](repeating: 0, count: columns * rows + 1)
    for triangle in triangles {
      let across = range(triangle.x.x, triangle.x.y, triangle.x.z, columns)
      for row in range(triangle.y.x, triangle.y.y, triangle.y.z, rows) where row < rows {
        for column in across where column < columns { counts[row * columns + column + 1] += 1 }
      }
    }
    for tile in 0..<columns * rows { counts[tile + 1] += counts[tile] }
    var next = counts
    var numbers = [UInt32](repeating: 0, count: counts.last!)
    for (number, triangle) in triangles.enumerated() {
      let across = range(triangle.x.x, triangle.x.y, triangle.x.z, columns)
      for row in range(triangle.y.x, triangle.y.y, triangle.y.z, rows) where row < rows {
        for column in across where column < columns {
          numbers[next[row * columns + column]] = UInt32(number)
          next[row * columns + column] += 1
        }
      }
    }
    (self.columns, self.rows, starts, self.numbers) = (columns, rows, counts, numbers)
  }

  subscript(row: Int, column: Int) -> ArraySlice<UInt32> {
    let tile = row * columns + column
    return numbers[starts[tile]..<starts[tile + 1]]
  }
}

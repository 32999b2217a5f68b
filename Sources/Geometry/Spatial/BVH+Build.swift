import LinearMath

/// A triangle's box while the tree is built; the last lane of `lower` holds the triangle's number.
private struct Entry {
  var lower: SIMD4<Float>
  var upper: SIMD4<Float>
}

/// Triangles of one future child.
private struct Piece {
  var range: Range<Int>
  var lower: SIMD4<Float>
  var upper: SIMD4<Float>

  /// Half the surface of the box.
  var area: Float {
    let size = upper - lower
    return size.x * size.y + size.y * size.z + size.z * size.x
  }
}

extension BVH {
  /// A tree for `quick` use is built nearly three times as fast over blocks of triangles that follow one another
  /// in Morton order; its answers are the same, and take longer.
  init(
    positions: [SIMD3<Float>], triangles indices: [SIMD3<UInt32>], quick: Bool = false
  ) {
    guard !indices.isEmpty else { return }
    var builder = quick ? Builder(blocksOf: positions, indices) : Builder(positions, indices)
    let whole = builder.whole
    box.minimum = SIMD3(whole.lower.x, whole.lower.y, whole.lower.z)
    box.maximum = SIMD3(whole.upper.x, whole.upper.y, whole.upper.z)
    bounds.reserveCapacity(indices.count)
    corners.reserveCapacity(2 * indices.count)
    appendNode(&builder, whole, depth: 0, positions, indices)
  }

  /// Below this depth pieces are halved whatever it costs. A list of 2^31 triangles then ends after eleven
  /// more nodes, and the 192 places that a search has for what waits, seven a node, always suffice.
  private static var balancedDepth: Int { 14 }

  /// Appends the node of a piece with all that is below it. Children stand after their parents.
  private mutating func appendNode(
    _ builder: inout Builder, _ piece: Piece, depth: Int, _ positions: [SIMD3<Float>],
    _ indices: [SIMD3<UInt32>]
  ) {
    let children = builder.children(of: piece, balanced: depth >= Self.balancedDepth)
    let node = links.count / 8
    links.append(contentsOf: repeatElement(Self.leafBit, count: 8))
    func lanes(_ value: (Piece) -> Float, _ empty: Float) -> SIMD8<Float> {
      var vector = SIMD8<Float>(repeating: empty)
      for (lane, child) in children.enumerated() { vector[lane] = value(child) }
      return vector
    }
    // Lanes without a child are boxes that nothing can meet.
    bounds.append(lanes({ $0.lower.x }, .infinity))
    bounds.append(lanes({ $0.lower.y }, .infinity))
    bounds.append(lanes({ $0.lower.z }, .infinity))
    bounds.append(lanes({ $0.upper.x }, -.infinity))
    bounds.append(lanes({ $0.upper.y }, -.infinity))
    bounds.append(lanes({ $0.upper.z }, -.infinity))
    for (lane, child) in children.enumerated() {
      if child.range.count <= builder.leafSize {
        links[8 * node + lane] = Self.leafBit | UInt32(triangles.count / 8)
        appendBlock(builder.numbers(child.range), positions, indices)
      } else {
        links[8 * node + lane] = UInt32(links.count / 8)
        appendNode(&builder, child, depth: depth + 1, positions, indices)
      }
    }
  }

  private mutating func appendBlock(
    _ numbers: [UInt32], _ positions: [SIMD3<Float>], _ indices: [SIMD3<UInt32>]
  ) {
    let block = triangles.count / 8
    for lane in 0..<8 { triangles.append(numbers[lane < numbers.count ? lane : 0]) }
    for _ in 0..<9 { corners.append(.zero) }
    fillBlock(block, positions, indices)
  }

  /// Reads the corners of a block's triangles.
  mutating func fillBlock(
    _ block: Int, _ positions: [SIMD3<Float>], _ indices: [SIMD3<UInt32>]
  ) {
    var values = InlineArray<72, Float>(repeating: 0)
    for lane in 0..<8 {
      let index = indices[Int(triangles[8 * block + lane])]
      let a = positions[Int(index.x)]
      let ab = positions[Int(index.y)] - a
      let ac = positions[Int(index.z)] - a
      values[lane] = a.x
      values[8 + lane] = a.y
      values[16 + lane] = a.z
      values[24 + lane] = ab.x
      values[32 + lane] = ab.y
      values[40 + lane] = ab.z
      values[48 + lane] = ac.x
      values[56 + lane] = ac.y
      values[64 + lane] = ac.z
    }
    for row in 0..<9 {
      let i = 8 * row
      corners[9 * block + row] = SIMD8(
        values[i], values[i + 1], values[i + 2], values[i + 3], values[i + 4], values[i + 5],
        values[i + 6], values[i + 7])
    }
  }
}

/// A plane between two of sixteen bins: `pivot` is the first bin on its right.
private struct Cut {
  var axis = 0
  var low: Float = 0
  var scale: Float = 0
  var pivot = 0
  var cost = Float.infinity
}

/// Splits pieces.
private struct Builder {
  private var entries: [Entry] = []
  /// How many entries a leaf may have.
  private(set) var leafSize = 8
  /// All triangles in Morton order, where entries are blocks of them.
  private var order: [UInt32] = []
  private(set) var whole = Piece(
    range: 0..<0, lower: SIMD4(repeating: .infinity), upper: SIMD4(repeating: -.infinity))
  /// For sixteen bins along each axis: lower and upper corner of what fell into each.
  private var binLower = [SIMD4<Float>](repeating: .zero, count: 48)
  private var binUpper = [SIMD4<Float>](repeating: .zero, count: 48)
  private var binCount = [Int](repeating: 0, count: 48)

  init(_ positions: [SIMD3<Float>], _ indices: [SIMD3<UInt32>]) {
    entries.reserveCapacity(indices.count)
    let points = positions.span
    for (number, index) in indices.enumerated() {
      let a = SIMD4(points[Int(index.x)], 0)
      let b = SIMD4(points[Int(index.y)], 0)
      let c = SIMD4(points[Int(index.z)], 0)
      var lower = lesser(lesser(a, b), c)
      let upper = greater(greater(a, b), c)
      whole.lower = lesser(whole.lower, lower)
      whole.upper = greater(whole.upper, upper)
      lower.w = Float(bitPattern: UInt32(truncatingIfNeeded: number))
      entries.append(Entry(lower: lower, upper: upper))
    }
    whole.range = 0..<entries.count
  }

  /// Entries are blocks of eight triangles in Morton order; their number is that of the block.
  init(blocksOf positions: [SIMD3<Float>], _ indices: [SIMD3<UInt32>]) {
    self.init(positions, indices)
    var box = Box()
    box.minimum = SIMD3(whole.lower.x, whole.lower.y, whole.lower.z)
    box.maximum = SIMD3(whole.upper.x, whole.upper.y, whole.upper.z)
    order = MortonOrder.indices(positions, indices, in: box)
    leafSize = 1
    var blocks: [Entry] = []
    blocks.reserveCapacity(order.count / 8 + 1)
    for start in stride(from: 0, to: order.count, by: 8) {
      var entry = entries[Int(order[start])]
      for place in start..<min(order.count, start + 8) {
        entry.lower = lesser(entry.lower, entries[Int(order[place])].lower)
        entry.upper = greater(entry.upper, entries[Int(order[place])].upper)
      }
      entry.lower.w = Float(bitPattern: UInt32(start / 8))
      blocks.append(entry)
    }
    entries = blocks
    whole.range = 0..<blocks.count
  }

  /// The triangles of a leaf.
  func numbers(_ range: Range<Int>) -> [UInt32] {
    guard !order.isEmpty else { return entries[range].map { $0.lower.w.bitPattern } }
    let start = 8 * Int(entries[range.lowerBound].lower.w.bitPattern)
    return Array(order[start..<min(order.count, start + 8)])
  }

  /// Up to eight pieces: the one with the largest box is split again and again, or when `balanced` the one
  /// with the most entries halved.
  mutating func children(of piece: Piece, balanced: Bool) -> [Piece] {
    var pieces = [piece]
    while pieces.count < 8 {
      var largest = -1
      var area: Float = -1
      for (index, candidate) in pieces.enumerated()
      where candidate.range.count > leafSize {
        let size = balanced ? Float(candidate.range.count) : candidate.area
        // What has no comparable size comes last, and is split all the same.
        if largest < 0 || size > area { (largest, area) = (index, size) }
      }
      if largest < 0 { break }
      let (left, right) =
        balanced || !order.isEmpty ? halves(pieces[largest]) : split(pieces[largest])
      pieces[largest] = left
      pieces.append(right)
    }
    return pieces
  }

  /// Cuts a piece in two where the surface area heuristic says; in the middle of the list where all
  /// centres are one.
  private mutating func split(_ piece: Piece) -> (Piece, Piece) {
    // Twice the centres, so that nothing is rounded twice.
    var low = SIMD4<Float>(repeating: .infinity)
    var high = SIMD4<Float>(repeating: -.infinity)
    do {
      let all = entries.span
      for index in piece.range {
        let entry = all[index]
        let center = entry.lower + entry.upper
        low = lesser(low, center)
        high = greater(high, center)
      }
    }
    // An axis without extent gets scale zero: all in its first bin, and no cut.
    let extent = high - low
    var scale = SIMD4<Float>.zero
    // A small piece gets few bins, or weighing the cuts would take longer than filling the bins.
    let bins = piece.range.count < 64 ? 6 : 16
    for axis in 0..<3 where extent[axis] > 0 && extent[axis].isFinite {
      scale[axis] = (Float(bins) - 0.01) / extent[axis]
    }
    fillBins(piece.range, low, scale, bins)
    var best = Cut()
    for axis in 0..<3 where scale[axis] > 0 {
      let cut = cheapestCut(piece.range.count, axis, bins)
      if cut.cost < best.cost { best = cut }
    }
    (best.low, best.scale) = (low[best.axis], scale[best.axis])
    guard best.cost < .infinity else { return halves(piece) }
    let middle = partition(piece.range, best)
    return (around(piece.range.lowerBound..<middle), around(middle..<piece.range.upperBound))
  }

  private func around(_ range: Range<Int>) -> Piece {
    var piece = Piece(
      range: range, lower: SIMD4(repeating: .infinity), upper: SIMD4(repeating: -.infinity))
    let all = entries.span
    for index in range {
      let entry = all[index]
      piece.lower = lesser(piece.lower, entry.lower)
      piece.upper = greater(piece.upper, entry.upper)
    }
    return piece
  }

  private func halves(_ piece: Piece) -> (Piece, Piece) {
    let middle = (piece.range.lowerBound + piece.range.upperBound) / 2
    return (around(piece.range.lowerBound..<middle), around(middle..<piece.range.upperBound))
  }

  /// The cheapest cut between two bins along one axis.
  private func cheapestCut(_ total: Int, _ axis: Int, _ bins: Int) -> Cut {
    let base = 16 * axis
    // From the right, then from the left against what was found.
    var areas = InlineArray<16, Float>(repeating: 0)
    var lower = SIMD4<Float>(repeating: .infinity)
    var upper = SIMD4<Float>(repeating: -.infinity)
    var count = 0
    for bin in stride(from: bins - 1, to: 0, by: -1) {
      lower = lesser(lower, binLower[base + bin])
      upper = greater(upper, binUpper[base + bin])
      count += binCount[base + bin]
      areas[bin] = Self.cost(lower, upper, count)
    }
    lower = SIMD4(repeating: .infinity)
    upper = SIMD4(repeating: -.infinity)
    var best = Cut(axis: axis)
    var left = 0
    for bin in 1..<bins {
      lower = lesser(lower, binLower[base + bin - 1])
      upper = greater(upper, binUpper[base + bin - 1])
      left += binCount[base + bin - 1]
      if left == 0 || left == total { continue }
      let cost = Self.cost(lower, upper, left) + areas[bin]
      if cost < best.cost { (best.cost, best.pivot) = (cost, bin) }
    }
    return best
  }

  /// What a side costs: its surface times the blocks that its triangles fill.
  private static func cost(_ lower: SIMD4<Float>, _ upper: SIMD4<Float>, _ count: Int) -> Float {
    guard count > 0 else { return 0 }
    let size = upper - lower
    let area = size.x * size.y + size.y * size.z + size.z * size.x
    return area * Float((count + 7) / 8)
  }

  private mutating func fillBins(
    _ range: Range<Int>, _ low: SIMD4<Float>, _ scale: SIMD4<Float>, _ bins: Int
  ) {
    for bin in 0..<48 where bin & 15 < bins {
      binLower[bin] = SIMD4(repeating: .infinity)
      binUpper[bin] = SIMD4(repeating: -.infinity)
      binCount[bin] = 0
    }
    Self.sort(entries, range, low, scale, into: &binLower, &binUpper, &binCount)
  }

  private static func sort(
    _ entries: [Entry], _ range: Range<Int>, _ low: SIMD4<Float>, _ scale: SIMD4<Float>,
    into binLower: inout [SIMD4<Float>], _ binUpper: inout [SIMD4<Float>],
    _ binCount: inout [Int]
  ) {
    let all = entries.span
    var lowers = binLower.mutableSpan
    var uppers = binUpper.mutableSpan
    var counts = binCount.mutableSpan
    for index in range {
      let entry = all[index]
      let bins: SIMD4<Float> = (entry.lower + entry.upper - low) * scale
      let places: InlineArray<3, Int> = [
        binNumber(bins.x), 16 + binNumber(bins.y), 32 + binNumber(bins.z),
      ]
      for axis in 0..<3 {
        let bin = places[axis]
        lowers[bin] = lesser(lowers[bin], entry.lower)
        uppers[bin] = greater(uppers[bin], entry.upper)
        counts[bin] &+= 1
      }
    }
  }

  /// The bin of a place among sixteen; of what is not a number, because coordinates are too large to add
  /// up, the first.
  @inline(__always)
  private static func binNumber(_ place: Float) -> Int { place > 0 ? Int(min(place, 15)) : 0 }

  @inline(__always)
  private static func bin(_ entry: Entry, _ axis: Int, _ low: Float, _ scale: Float) -> Int {
    let center = entry.lower + entry.upper
    return binNumber((center[axis] - low) * scale)
  }

  /// Puts what is left of the cut first; gives where the right side begins.
  private mutating func partition(_ range: Range<Int>, _ cut: Cut) -> Int {
    let (axis, low, scale, pivot) = (cut.axis, cut.low, cut.scale, cut.pivot)
    var all = entries.mutableSpan
    var (first, last) = (range.lowerBound, range.upperBound - 1)
    while true {
      while first <= last, Self.bin(all[first], axis, low, scale) < pivot {
        first += 1
      }
      while first <= last, Self.bin(all[last], axis, low, scale) >= pivot {
        last -= 1
      }
      if first >= last { return first }
      let entry = all[first]
      all[first] = all[last]
      all[last] = entry
      first += 1
      last -= 1
    }
  }
}

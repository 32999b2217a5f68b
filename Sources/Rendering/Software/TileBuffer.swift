import LinearMath

/// A square of the picture while its visible triangles are found: for each sample how near the nearest is,
/// and which. What is nearer wins; of what is equally near, the first.
struct TileBuffer {
  static let side = 32
  static let runs = side / 8

  let pattern: SamplePattern
  /// For each row, run of eight pixels and sample, in this order: one over the depth, 0 for nothing.
  private(set) var nearness: [SIMD8<Float>]
  /// The triangle's number plus one; 0 for nothing.
  private(set) var owners: [SIMD8<UInt32>]

  init(_ pattern: SamplePattern) {
    self.pattern = pattern
    let count = Self.side * Self.runs * pattern.count
    nearness = Array(repeating: .zero, count: count)
    owners = Array(repeating: .zero, count: count)
  }

  mutating func clear() {
    for index in nearness.indices { nearness[index] = .zero }
    for index in owners.indices { owners[index] = .zero }
  }

  /// Where a run of eight pixels begins; a sample is added.
  @inline(__always)
  func index(row: Int, run: Int) -> Int { (row * Self.runs + run) * pattern.count }

  /// Draws an opaque triangle.
  mutating func draw(_ coverage: TriangleCoverage, number: UInt32) {
    let count = pattern.count
    let owner = SIMD8(repeating: number + 1)
    coverage.forEachRun(pattern) { row, run, sample, inside, near in
      let index = (row * Self.runs + run) * count + sample
      let isSeen = inside .& near .> nearness[index]
      nearness[index] = nearness[index].replacing(with: near, where: isSeen)
      owners[index] = owners[index].replacing(with: owner, where: isSeen)
    }
  }

  /// Draws a triangle that is only there where `isThere` says so of some lanes of a sample.
  mutating func draw(
    _ coverage: TriangleCoverage, number: UInt32,
    where isThere: (
      _ row: Int, _ run: Int, _ sample: Int, _ lanes: SIMDMask<SIMD8<Int32>>
    ) -> SIMDMask<SIMD8<Int32>>
  ) {
    let count = pattern.count
    let owner = SIMD8(repeating: number + 1)
    coverage.forEachRun(pattern) { row, run, sample, inside, near in
      let index = (row * Self.runs + run) * count + sample
      let isNearer = inside .& near .> nearness[index]
      if !any(isNearer) { return }
      let isSeen = isNearer .& isThere(row, run, sample, isNearer)
      nearness[index] = nearness[index].replacing(with: near, where: isSeen)
      owners[index] = owners[index].replacing(with: owner, where: isSeen)
    }
  }

  /// Calls `body` with the lanes of each sample in which a triangle lies before what was drawn.
  func forEachSeen(
    _ coverage: TriangleCoverage,
    _ body: (
      _ row: Int, _ run: Int, _ sample: Int, _ lanes: SIMDMask<SIMD8<Int32>>,
      _ nearness: SIMD8<Float>
    ) -> Void
  ) {
    let count = pattern.count
    coverage.forEachRun(pattern) { row, run, sample, inside, near in
      let isSeen = inside .& near .> nearness[(row * Self.runs + run) * count + sample]
      if any(isSeen) { body(row, run, sample, isSeen, near) }
    }
  }
}

import LinearMath
import Work

/// The surface inside a solid that is a given distance from it.
struct InnerShell {
  private let tree: BVH
  private let thickness: Float
  private let lattice: Lattice
  private let inside: [Bool]

  /// - Parameters:
  ///   - soup: the surface of a solid.
  ///   - spacing: of the lattice on which the shell is found.
  init(_ soup: Soup, thickness: Float, spacing: Double, _ work: WorkContext) throws {
    self.thickness = thickness
    tree = BVH(positions: soup.positions, triangles: soup.triangles)
    lattice = Lattice(around: soup.bounds, spacing: spacing)
    inside = try lattice.inside(of: soup, work)
  }

  /// The shell, facing away from the wall as seen from the cavity's inside: as the surface of the cavity
  /// filled. Closed, manifold and free of self-intersections; empty where the solid is nowhere thick enough.
  func surface(_ work: WorkContext) throws -> Mesh {
    let deep = try deepPoints(work)
    func excess(_ point: SIMD3<Int>) -> Double {
      let place = SIMD3<Float>(lattice.place(point.x, point.y, point.z))
      let distance = tree.squaredDistance(to: place).squareRoot()
      let signed = inside[lattice.index(point.x, point.y, point.z)] ? distance : -distance
      return Double(signed - thickness)
    }
    let found = try TetrahedralSurface(lattice, isInside: deep, work) { inner, outer in
      let (a, b) = (excess(inner), excess(outer))
      return a - b > 0 ? a / (a - b) : 0.5
    }
    let rough = Mesh(
      unchecked: found.positions, triangles: found.triangles, attributes: VertexAttributes())
    let placement = try ShellPlacement(
      rough, tree, thickness: thickness, spacing: lattice.spacing, work)
    let band = DistanceBand(tree: tree, range: 0.99 * thickness...1.013 * thickness)
    let thin = try placement.placed(work).thinned(within: band, work)
    return try WallLift(tree: tree, thickness: thickness).lifted(thin, work)
  }

  /// The thinnest place of the wall, over vertices and samples of the shell, and how far off it is for all
  /// but one in a hundred samples; as shares of the thickness.
  func errors(
    of shell: Mesh, samples count: Int = 50_000, _ work: WorkContext
  ) throws -> (least: Double, error99: Double) {
    let samples = shell.sampledSurface(count: count, seed: 1).map {
      shell.interpolated(shell.positions, at: $0)
    }
    let places = shell.positions + samples
    let chunk = 4096
    let walls = try parallelMap(count: (places.count + chunk - 1) / chunk, work) { part in
      places[part * chunk..<min(places.count, (part + 1) * chunk)].map {
        Double(tree.squaredDistance(to: $0).squareRoot()) / Double(thickness)
      }
    }.flatMap { $0 }
    let errors = walls.suffix(samples.count).map { abs($0 - 1) }.sorted()
    return (walls.min() ?? 0, errors.isEmpty ? 0 : errors[errors.count * 99 / 100])
  }

  /// The lattice points that are inside by more than the thickness. Distances change by no more than the
  /// way between two points, so whole blocks are decided by their middles.
  private func deepPoints(_ work: WorkContext) throws -> [Bool] {
    var deep = [Bool](repeating: false, count: lattice.pointCount)
    var waiting = [(SIMD3<Int>.zero, lattice.counts)]
    var steps = 0
    while let (low, high) = waiting.popLast() {
      steps += 1
      if steps % 4096 == 0 { try work.checkCancelled() }
      let middle = (low &+ high) / 2
      let size = high &- low
      if size.min() <= 0 { continue }
      let place = SIMD3<Float>(lattice.place(middle.x, middle.y, middle.z))
      let isIn = inside[lattice.index(middle.x, middle.y, middle.z)]
      let distance = tree.squaredDistance(to: place).squareRoot()
      let signed = isIn ? distance : -distance
      // From the middle to the farthest point of the block.
      let far = SIMD3<Double>(
        Double(max(middle.x - low.x, high.x - 1 - middle.x)),
        Double(max(middle.y - low.y, high.y - 1 - middle.y)),
        Double(max(middle.z - low.z, high.z - 1 - middle.z)))
      let radius = Float(far.length * lattice.spacing)
      if size == SIMD3(1, 1, 1) || abs(signed - thickness) > radius * 1.0001 {
        guard signed > thickness else { continue }
        for z in low.z..<high.z {
          for y in low.y..<high.y {
            for x in low.x..<high.x { deep[lattice.index(x, y, z)] = true }
          }
        }
        continue
      }
      let axis = size.x >= size.y && size.x >= size.z ? 0 : size.y >= size.z ? 1 : 2
      var (lowerEnd, upperStart) = (high, low)
      lowerEnd[axis] = low[axis] + size[axis] / 2
      upperStart[axis] = lowerEnd[axis]
      waiting.append((low, lowerEnd))
      waiting.append((upperStart, high))
    }
    return deep
  }
}

import Glibc
import LinearMath
public import Settings
public import Work

/// What a print review looks for.
public struct PrintReviewSettings: SettingsGroup {
  @Setting("Walls thinner than this are reported.", in: 0...1000)
  public var minimumWallMillimeters = 0.8

  @Setting(
    "Surface that leans further out than this from upright is reported as overhang; a ceiling leans 90.",
    in: 0...90)
  public var overhangDegrees = 45.0

  public init() {}
}

/// A piece of surface, or a cavity, that deserves a look before printing. In the mesh's unit.
public struct PrintRegion: Sendable, Equatable {
  /// A point in its middle.
  public let center: SIMD3<Float>
  /// Of the surface; zero for a cavity.
  public let area: Double
  /// The thinnest wall, the lowest height of an overhang, or the volume of a cavity.
  public let extreme: Double
}

/// What a printer should know about a solid. In the mesh's unit; +z is up.
public struct PrintReview: Sendable {
  /// Where walls are thinner than was asked, largest first; `extreme` is the thinnest place.
  public let thinWalls: [PrintRegion]
  /// Where surface leans out too far, largest first; `extreme` is the lowest height. What lies on the plate
  /// is none.
  public let overhangs: [PrintRegion]
  /// Cavities without a way out, largest first; `extreme` is the volume.
  public let pockets: [PrintRegion]
  /// The thinnest wall found; nil where no two faces look opposite ways.
  public let leastWall: Double?

  /// The section of the solid two tenths of a millimetre above its lowest point: about what a first layer
  /// can hold on to.
  public let contactArea: Double

  public var overhangArea: Double { overhangs.reduce(0) { $0 + $1.area } }
}

extension Mesh {
  /// Looks over a solid for thin walls, overhangs and cavities without a way out.
  ///
  /// A wall is as thick as the solid is along the inward normal, measured at every triangle's middle and at
  /// points spread over the surface, between faces that look about opposite ways; so a wedge counts as thin
  /// only near its edge.
  ///
  /// - Parameter millimeter: how long a millimetre is in the mesh's unit.
  public func printReview(
    _ settings: PrintReviewSettings, millimeter: Double = 1, seed: UInt64 = 0,
    _ work: WorkContext = WorkContext()
  ) throws -> PrintReview {
    let walls = try WallThickness(self, seed: seed, work)
    return PrintReview(
      thinWalls: walls.regions(thinnerThan: settings.minimumWallMillimeters * millimeter),
      overhangs: overhangs(
        beyond: settings.overhangDegrees * .pi / 180, plate: Float(0.01 * millimeter)),
      pockets: pockets(), leastWall: walls.least,
      contactArea: abs(sectionArea(at: bounds.minimum.z + Float(0.2 * millimeter))))
  }

  /// How much of a level plane lies inside the solid: by Green's theorem over the segments in which
  /// triangles cross it, all with the inside on the same side.
  private func sectionArea(at height: Float) -> Double {
    triangles.indices.reduce(0) { sum, triangle in
      let (a, b, c) = corners(triangle)
      var (entry, exit) = (SIMD2<Double>.zero, SIMD2<Double>.zero)
      var crosses = false
      for (from, to) in [(a, b), (b, c), (c, a)] where (from.z < height) != (to.z < height) {
        let share = Double((height - from.z) / (to.z - from.z))
        let place = SIMD3<Double>(from) + (SIMD3<Double>(to) - SIMD3<Double>(from)) * share
        crosses = true
        if from.z < height { entry = [place.x, place.y] } else { exit = [place.x, place.y] }
      }
      return crosses ? sum + (exit.x * entry.y - exit.y * entry.x) / 2 : sum
    }
  }

  /// Downward surface that leans further from upright than an angle in radians, and does not lie on the
  /// plate, which is the lowest height.
  private func overhangs(beyond angle: Double, plate tolerance: Float) -> [PrintRegion] {
    let floor = bounds.minimum.z + tolerance
    var flagged: [(triangle: Int, area: Double)] = []
    for triangle in triangles.indices {
      let normal = areaNormal(triangle)
      guard normal.z < 0 else { continue }
      let (a, b, c) = corners(triangle)
      if max(a.z, b.z, c.z) <= floor { continue }
      // asin of the normal's share downwards is how far the surface leans from upright.
      if -normal.z / normal.length > sin(angle) {
        flagged.append((triangle, normal.length / 2))
      }
    }
    return regions(flagged.map(\.triangle)) { members in
      var (area, weighted, lowest) = (0.0, SIMD3<Double>.zero, Double.infinity)
      for index in members {
        let (a, b, c) = corners(flagged[index].triangle)
        area += flagged[index].area
        weighted += SIMD3<Double>((a + b + c) / 3) * flagged[index].area
        lowest = min(lowest, Double(min(a.z, b.z, c.z)))
      }
      return PrintRegion(
        center: SIMD3<Float>(weighted / area), area: area, extreme: lowest)
    }
  }

  /// The parts that bound a hollow: closed, and turned inside out.
  private func pockets() -> [PrintRegion] {
    separated().compactMap { part in
      let volume = part.report().volume
      guard volume < 0 else { return nil }
      return PrintRegion(center: part.bounds.center, area: 0, extreme: -volume)
    }.sorted { $0.extreme > $1.extreme }
  }

  /// Groups triangles that hang together over points; the largest area first.
  ///
  /// - Parameters:
  ///   - pairs: triangles that belong together wherever they lie.
  ///   - region: makes a region of a group, given as indices into `flagged`.
  func regions(
    _ flagged: [Int], joining pairs: [(Int, Int)] = [], _ region: ([Int]) -> PrintRegion
  ) -> [PrintRegion] {
    let points = Weld(positions).pointOfVertex
    var sets = UnionFind(count: positions.count)
    for triangle in flagged {
      let t = triangles[triangle]
      sets.unite(Int(points[Int(t.x)]), Int(points[Int(t.y)]))
      sets.unite(Int(points[Int(t.y)]), Int(points[Int(t.z)]))
    }
    for (first, second) in pairs {
      sets.unite(
        Int(points[Int(triangles[first].x)]), Int(points[Int(triangles[second].x)]))
    }
    var order: [Int] = []
    var members: [Int: [Int]] = [:]
    for (index, triangle) in flagged.enumerated() {
      let root = sets.find(Int(points[Int(triangles[triangle].x)]))
      if members[root] == nil { order.append(root) }
      members[root, default: []].append(index)
    }
    return order.map { region(members[$0]!) }.sorted { $0.area > $1.area }
  }
}

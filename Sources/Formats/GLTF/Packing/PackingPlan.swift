import Geometry
import LinearMath
import Scenes

/// The grids that a scene's numbers are rounded to, and the scene with materials that undo it.
struct PackingPlan {
  let packing: GeometryPacking
  private(set) var scene: Scene
  private let positions: [PositionGrid]
  /// For each material the grids of its texture coordinates, by set, nil where they stay
  /// floats; the last is of parts without one.
  private var coordinates: [[CoordinateGrid?]]

  init(_ scene: Scene, _ packing: GeometryPacking) {
    (self.scene, self.packing) = (scene, packing)
    let boxes = scene.shapes.map { shape in
      Box(
        shape.parts.map(\.mesh.bounds).filter { !$0.isEmpty }.flatMap { [$0.minimum, $0.maximum] })
    }
    positions = boxes.map { PositionGrid($0, bits: packing.positionBits) }
    coordinates = Self.coordinates(of: scene, bits: packing.coordinateBits)
    guard packing.compression == .meshopt else { return }
    for material in scene.materials.indices {
      let grids = coordinates[material]
      self.scene.materials[material] = scene.materials[material].mappingSlots { slot in
        guard grids.indices.contains(slot.uvSet), let grid = grids[slot.uvSet] else { return slot }
        return slot.reading(grid)
      }
    }
  }

  /// Where positions are stored as cells of a grid. Not where light goes through: how thick the wall is counts in
  /// the mesh's own unit, which a grid would change.
  func grid(ofShape shape: Int) -> PositionGrid? {
    let isThick = scene.shapes[shape].parts.contains { part in
      ([part.material].compactMap { $0 } + part.materialOfVariant.values).contains {
        scene.materials[$0].volume.map { $0.thickness > 0 } ?? false
      }
    }
    return packing.compression != .none && !isThick && positions[shape].step.isFinite
      ? positions[shape] : nil
  }

  func coordinates(of part: Scene.Shape.Part) -> [CoordinateGrid?] {
    coordinates[part.material ?? scene.materials.count]
  }

  /// One grid for all that may share a mesh: materials that are each other's variants have the same.
  private static func coordinates(of scene: Scene, bits: Int) -> [[CoordinateGrid?]] {
    let none = scene.materials.count
    var group = Array(0...none)
    func root(_ material: Int) -> Int {
      var at = material
      while group[at] != at { at = group[at] }
      return at
    }
    let parts = scene.shapes.flatMap(\.parts)
    for part in parts {
      for material in part.materialOfVariant.values.sorted() {
        group[root(material)] = root(part.material ?? none)
      }
    }
    var bounds: [[(low: SIMD2<Float>, high: SIMD2<Float>)]] = Array(repeating: [], count: none + 1)
    for part in parts {
      let owner = root(part.material ?? none)
      for (set, uvs) in part.mesh.attributes.uvs.enumerated() {
        while bounds[owner].count <= set {
          bounds[owner].append(([.infinity, .infinity], [-.infinity, -.infinity]))
        }
        for uv in uvs {
          bounds[owner][set].low = pointwiseMin(bounds[owner][set].low, uv)
          bounds[owner][set].high = pointwiseMax(bounds[owner][set].high, uv)
        }
      }
    }
    let grids = bounds.map { sets in
      sets.map { set in
        set.low.x <= set.high.x
          ? CoordinateGrid(minimum: set.low, maximum: set.high, bits: bits)
          : CoordinateGrid(minimum: .zero, maximum: [1, 1], bits: bits)
      }
    }
    return (0...none).map { grids[root($0)] }
  }
}

extension TextureSlot {
  /// The slot where coordinates come as cells of a grid: from cells to coordinates, and then as it was.
  fileprivate func reading(_ grid: CoordinateGrid) -> TextureSlot {
    var slot = self
    slot.transform.offset = transform.applied(to: grid.origin)
    slot.transform.scale = transform.scale * grid.step
    return slot
  }
}

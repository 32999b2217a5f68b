import Geometry
import Scenes

extension Scene {
  /// The scene without what nothing shown refers to, and with one of each of what is there twice.
  ///
  /// Gone are: nodes, shapes, materials, textures and images that are not reached from the roots; texture
  /// coordinates that no material reads; tangents without normal maps; colors that are all white.
  func usedOnly() -> Scene {
    var scene = self
    scene.dropUnreadStreams()
    scene.images = []
    var imageNumber: [ImageSource: Int] = [:]
    let image = images.map { source -> Int? in
      guard source.problem == nil else { return nil }
      var key = source
      key.name = ""
      if imageNumber[key] == nil {
        imageNumber[key] = scene.images.count
        scene.images.append(source)
      }
      return imageNumber[key]
    }
    for index in scene.textures.indices {
      scene.textures[index].image = scene.textures[index].image.flatMap { image[$0] }
    }
    scene.mergeTextures()
    scene.mergeMaterials()
    scene.keepReached()
    return scene
  }

  private mutating func dropUnreadStreams() {
    for shape in shapes.indices {
      for part in shapes[shape].parts.indices {
        let found = shapes[shape].parts[part]
        let used = ([found.material].compactMap { $0 } + found.materialOfVariant.values).map {
          materials[$0]
        }
        let sets = used.flatMap(\.slots).map { $0.uvSet + 1 }.max() ?? 0
        let hasNormalMap = used.contains {
          $0.normalTexture != nil || $0.clearcoatNormalTexture != nil
        }
        let isColored = found.mesh.attributes.colors.contains { $0 != SIMD4(repeating: 1) }
        shapes[shape].parts[part].mesh = found.mesh.keeping(
          tangents: hasNormalMap, colors: isColored, uvSets: sets)
      }
    }
  }

  private mutating func mergeTextures() {
    let (kept, number) = Self.merged(textures)
    textures = kept
    materials = materials.map { material in
      material.mappingSlots { slot in
        guard kept[number[slot.texture]].image != nil else { return nil }
        var slot = slot
        slot.texture = number[slot.texture]
        return slot
      }
    }
  }

  private mutating func mergeMaterials() {
    let (kept, number) = Self.merged(materials)
    materials = kept
    mapParts { part in
      part.material = part.material.map { number[$0] }
      part.materialOfVariant = part.materialOfVariant.mapValues { number[$0] }
    }
  }

  /// Numbers what the roots reach anew.
  private mutating func keepReached() {
    nodes = nodes.map { node in
      var node = node
      if let shape = node.shape, shapes[shape].parts.allSatisfy({ $0.mesh.triangles.isEmpty }) {
        node.shape = nil
      }
      return node
    }
    // Children come before their parents, so that empty branches fall off from their ends.
    var order: [Int] = []
    var stack = roots
    while let node = stack.popLast() {
      order.append(node)
      stack += nodes[node].children
    }
    var isEmpty = [Bool](repeating: true, count: nodes.count)
    for node in order.reversed() {
      let found = nodes[node]
      isEmpty[node] =
        found.shape == nil && found.light == nil && found.children.allSatisfy { isEmpty[$0] }
    }
    let node = keep(&nodes, order.filter { !isEmpty[$0] })
    roots = roots.compactMap { node[$0] }
    let shape = keep(&shapes, nodes.compactMap(\.shape))
    for index in nodes.indices {
      nodes[index].children = nodes[index].children.compactMap { node[$0] }
      nodes[index].shape = nodes[index].shape.flatMap { shape[$0] }
    }
    let parts = shapes.flatMap(\.parts)
    let material = keep(
      &materials, parts.compactMap(\.material) + parts.flatMap { $0.materialOfVariant.values })
    mapParts { part in
      part.material = part.material.flatMap { material[$0] }
      part.materialOfVariant = part.materialOfVariant.compactMapValues { material[$0] }
    }
    let texture = keep(&textures, materials.flatMap(\.slots).map(\.texture))
    materials = materials.map { material in
      material.mappingSlots { slot in
        guard let number = texture[slot.texture] else { return nil }
        var slot = slot
        slot.texture = number
        return slot
      }
    }
    let image = keep(&images, textures.compactMap(\.image))
    for index in textures.indices {
      textures[index].image = textures[index].image.flatMap { image[$0] }
    }
  }

  private mutating func mapParts(_ change: (inout Shape.Part) -> Void) {
    for shape in shapes.indices {
      for part in shapes[shape].parts.indices { change(&shapes[shape].parts[part]) }
    }
  }

  /// Keeps some elements, in their order; answers the new number of each old one.
  private func keep<Element>(_ elements: inout [Element], _ kept: [Int]) -> [Int: Int] {
    let sorted = Set(kept).sorted()
    elements = sorted.map { elements[$0] }
    return Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
  }

  /// One of each, and which of them every old one is.
  private static func merged<Element: Equatable>(_ elements: [Element]) -> ([Element], [Int]) {
    var kept: [Element] = []
    let number = elements.map { element in
      if let known = kept.firstIndex(of: element) { return known }
      kept.append(element)
      return kept.count - 1
    }
    return (kept, number)
  }
}

public import Geometry
public import LinearMath

/// Nodes, meshes, materials, textures and units: what a model file holds, parsed.
public struct Scene: Sendable, Equatable {
  /// A place in the hierarchy; children come by index.
  public struct Node: Sendable, Equatable {
    public var name: String
    public var parentFromNode: Matrix4
    public var shape: Int?
    /// Which of the scene's lights hangs here.
    public var light: Int?
    public var children: [Int]

    public init(
      name: String = "", parentFromNode: Matrix4 = .identity, shape: Int? = nil,
      light: Int? = nil, children: [Int] = []
    ) {
      (self.name, self.parentFromNode) = (name, parentFromNode)
      (self.shape, self.light, self.children) = (shape, light, children)
    }
  }

  /// What a node shows: parts, each a mesh with one material.
  public struct Shape: Sendable, Equatable {
    public struct Part: Sendable, Equatable {
      public var mesh: Mesh
      /// Which of the scene's materials; nil for none.
      public var material: Int?
      /// Which it has in other variants of the scene.
      public var materialOfVariant: [Int: Int] = [:]

      public init(mesh: Mesh, material: Int? = nil) {
        (self.mesh, self.material) = (mesh, material)
      }
    }

    public var name: String
    public var parts: [Part]

    public init(name: String = "", parts: [Part]) { (self.name, self.parts) = (name, parts) }
  }

  public var nodes: [Node] = []
  /// The nodes without a parent that are shown.
  public var roots: [Int] = []
  public var shapes: [Shape] = []
  public var materials: [Material] = []
  public var textures: [Texture] = []
  public var images: [ImageSource] = []
  public var lights: [Light] = []
  /// Names of the ways the scene can look (KHR_materials_variants).
  public var variants: [String] = []
  /// The unit of all coordinates; nil where the file does not say.
  public var unit: LengthUnit?
  /// Names of the format extensions the file used.
  public var extensions: [String] = []

  public init() {}

  /// A scene of one mesh.
  public init(mesh: Mesh, material: Material? = nil, unit: LengthUnit? = nil) {
    shapes = [Shape(parts: [.init(mesh: mesh, material: material == nil ? nil : 0)])]
    nodes = [Node(shape: 0)]
    roots = [0]
    materials = material.map { [$0] } ?? []
    self.unit = unit
  }

  /// A part as the root nodes show it.
  public struct Placed: Sendable {
    public let worldFromNode: Matrix4
    public let node: Int
    public let shape: Int
    public let part: Int
  }

  /// Every shown part with its place in the world, in depth-first order.
  public var placed: [Placed] {
    placedNodes.flatMap { index, worldFromNode in
      guard let shape = nodes[index].shape else { return [Placed]() }
      return shapes[shape].parts.indices.map {
        Placed(worldFromNode: worldFromNode, node: index, shape: shape, part: $0)
      }
    }
  }

  /// Works on a stack, so that a chain of any depth is safe.
  private var placedNodes: [(node: Int, worldFromNode: Matrix4)] {
    var result: [(Int, Matrix4)] = []
    var stack = roots.reversed().map { (node: $0, worldFromParent: Matrix4.identity) }
    while let (index, worldFromParent) = stack.popLast() {
      let node = nodes[index]
      let worldFromNode = worldFromParent * node.parentFromNode
      result.append((index, worldFromNode))
      for child in node.children.reversed() { stack.append((child, worldFromNode)) }
    }
    return result
  }

  /// The scene as one of its variants.
  public func showing(variant: Int) -> Scene {
    var scene = self
    for shape in shapes.indices {
      for part in shapes[shape].parts.indices {
        if let material = shapes[shape].parts[part].materialOfVariant[variant] {
          scene.shapes[shape].parts[part].material = material
        }
      }
    }
    return scene
  }

  /// Every light that is shown, with its place in the world.
  public var placedLights: [(light: Light, worldFromNode: Matrix4)] {
    placedNodes.compactMap { node, worldFromNode in
      nodes[node].light.map { (lights[$0], worldFromNode) }
    }
  }

  /// Every shown part in world coordinates, with its material.
  public func surfaces() -> [Shape.Part] {
    placed.map { place in
      let part = shapes[place.shape].parts[place.part]
      return Shape.Part(
        mesh: part.mesh.transformed(by: place.worldFromNode), material: part.material)
    }
  }

  /// Everything shown as one mesh in world coordinates.
  public func merged() -> Mesh { Mesh.merged(surfaces().map(\.mesh)) }

  /// How many triangles are shown.
  public var triangleCount: Int {
    placed.reduce(0) { $0 + shapes[$1.shape].parts[$1.part].mesh.triangles.count }
  }

  /// The scene under one more transform, put above its roots.
  public func transformed(by transform: Matrix4) -> Scene {
    if transform == .identity { return self }
    var scene = self
    scene.nodes.append(Node(name: "transform", parentFromNode: transform, children: roots))
    scene.roots = [scene.nodes.count - 1]
    return scene
  }
}

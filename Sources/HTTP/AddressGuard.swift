/// Which addresses may be dialled for a URL that a stranger gave. Asked with the address itself, after
/// names were resolved and redirects followed, so that neither can go around it.
public struct AddressGuard: Sendable {
  /// Addresses of this machine or network that are allowed all the same: `10.0.0.7`, `10.0.0.7:8000`.
  public var allowed: Set<String>
  public var ports: Set<UInt16>
  private var allowsAll = false

  /// For addresses that the operator gave himself.
  static var everything: AddressGuard {
    var all = AddressGuard()
    all.allowsAll = true
    return all
  }

  public init(allowed: Set<String> = [], ports: Set<UInt16> = [80, 443, 8443]) {
    (self.allowed, self.ports) = (allowed, ports)
  }

  /// - Parameters:
  ///   - bytes: 4 or 16, in network order.
  ///   - text: the address as it is written.
  func permits(_ bytes: [UInt8], port: UInt16, text: String) -> Bool {
    if allowsAll { return true }
    let written = bytes.count == 16 ? "[\(text)]" : text
    if allowed.contains(text) || allowed.contains("\(written):\(port)") { return true }
    return ports.contains(port) && Self.isPublic(bytes)
  }

  /// Whether an address is one of the internet at large (IANA special-purpose registries).
  static func isPublic(_ bytes: [UInt8]) -> Bool {
    bytes.count == 4 ? isPublicV4(bytes) : bytes.count == 16 && isPublicV6(bytes)
  }

  private static func isPublicV4(_ a: [UInt8]) -> Bool {
    switch (a[0], a[1], a[2]) {
    case (0, _, _), (10, _, _), (127, _, _): false
    case (100, 64...127, _): false  // carrier-grade NAT
    case (169, 254, _): false  // link-local, and the metadata of clouds
    case (172, 16...31, _), (192, 168, _): false
    case (192, 0, 0), (192, 0, 2), (198, 51, 100), (203, 0, 113): false  // protocols, examples
    case (192, 88, 99): false  // 6to4 relays
    case (198, 18...19, _): false  // benchmarks
    case (224..., _, _): false  // multicast, reserved, broadcast
    default: true
    }
  }

  private static func isPublicV6(_ a: [UInt8]) -> Bool {
    // Only 2000::/3 is the internet; within it, what stands for IPv4 or is set apart is not.
    guard a[0] & 0xE0 == 0x20 else { return false }
    switch (a[0], a[1], a[2], a[3]) {
    case (0x20, 0x02, _, _): return false  // 6to4
    case (0x20, 0x01, 0x00...0x01, _): return false  // Teredo, protocols
    case (0x20, 0x01, 0x0D, 0xB8): return false  // examples
    case (0x3F, 0xFF, 0x00...0x0F, _): return false  // examples
    default: return true
    }
  }
}

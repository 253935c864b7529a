const std = @import("std");
var bytes: [2 << 20]u8 = undefined;
var fixed = std.heap.FixedBufferAllocator.init(&bytes);

/// Return the address of n bytes in a global array, or 0 if it is full.
export fn take(n: usize) usize {
    const found = fixed.allocator().alloc(u8, n) catch return 0;
    return @intFromPtr(found.ptr);
}

;; The search kernel: follows the flow graph of the scan kernel from the growths back to the ways in.
;;
;; In: the nodes that scan.wat describes, in the same memory; for each vertex (a function, a stand-in for the host's
;; functions, or the dispatch of an indirect call) the range of its nodes; for each import what it may do.
;; Out: for each vertex the next step towards a growth, over all calls and over the ways out.
;;
;; Two ways out of a function: 0 the normal exit, 1 the exceptional exit. Bits in a node's kind, once known:
;;   0x100 live: some run of the function may get here
;;   0x200 the normal exit can be reached from here, 0x400 the exceptional exit
;;   0x800 the memory may have grown when the function gets here
;; Bits in a vertex's state: 1 it may return, 2 it may throw, 4 its nodes' exits are known, 8 it may run after a growth,
;;   0x10 live calls of it wait for it to return or to throw, 0x20 its nodes have been followed (set for imports too),
;;   0x80 it waits on the stack
(module
  (import "nogrow" "memory" (memory 1))

  (global $nodes (mut i32) (i32.const 0))     ;; 16 bytes each
  (global $ranges (mut i32) (i32.const 0))    ;; by vertex: its first node; one more than there are vertices
  (global $vertices (mut i32) (i32.const 0))
  (global $state (mut i32) (i32.const 0))     ;; by vertex: one byte
  (global $incoming (mut i32) (i32.const 0))  ;; by vertex: its first caller; one more than there are vertices
  (global $callers (mut i32) (i32.const 0))   ;; 8 bytes each: the calling node and its vertex
  (global $hops (mut i32) (i32.const 0))      ;; by vertex: the node that leads to a growth, 0 if none does, -1 the growing import
  (global $way_hops (mut i32) (i32.const 0))  ;; by vertex and way out: twice such a node and the callee's way; 0, -1 likewise
  (global $queue (mut i32) (i32.const 0))     ;; 4 bytes for each vertex and way out
  (global $stack (mut i32) (i32.const 0))     ;; 16 bytes for each node
  (global $sets (mut i32) (i32.const 0))      ;; by vertex: 8 bytes, the imports it reaches
  (global $tail (mut i32) (i32.const 0))      ;; where the queue ends
  (global $top (mut i32) (i32.const 0))       ;; where the stack ends
  (global $settled (mut i32) (i32.const 0))   ;; where the queue of vertices that changed state ends

  (func (export "configure") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (global.set $nodes (local.get 0))
    (global.set $ranges (local.get 1))
    (global.set $vertices (local.get 2))
    (global.set $state (local.get 3))
    (global.set $incoming (local.get 4))
    (global.set $callers (local.get 5))
    (global.set $hops (local.get 6))
    (global.set $way_hops (local.get 7))
    (global.set $queue (local.get 8))
    (global.set $stack (local.get 9))
    (global.set $sets (local.get 10)))

  (func $node (param $index i32) (result i32)
    (i32.add (global.get $nodes) (i32.shl (local.get $index) (i32.const 4))))

  (func $range (param $vertex i32) (result i32)
    (i32.load (i32.add (global.get $ranges) (i32.shl (local.get $vertex) (i32.const 2)))))

  (func $state_of (param $vertex i32) (result i32)
    (i32.load8_u (i32.add (global.get $state) (local.get $vertex))))

  (func $first_caller (param $vertex i32) (result i32)
    (i32.load (i32.add (global.get $incoming) (i32.shl (local.get $vertex) (i32.const 2)))))

  (func $caller (param $index i32) (result i32)
    (i32.add (global.get $callers) (i32.shl (local.get $index) (i32.const 3))))

  ;; The vertex whose nodes hold $node: the last one whose range starts at or before it.
  (func $owner (param $node i32) (result i32)
    (local $low i32) (local $high i32) (local $middle i32)
    (local.set $high (global.get $vertices))
    (loop $more
      (local.set $middle
        (i32.shr_u (i32.add (i32.add (local.get $low) (local.get $high)) (i32.const 1)) (i32.const 1)))
      (if (i32.le_u (call $range (local.get $middle)) (local.get $node))
        (then (local.set $low (local.get $middle)))
        (else (local.set $high (i32.sub (local.get $middle) (i32.const 1)))))
      (br_if $more (i32.lt_u (local.get $low) (local.get $high))))
    (local.get $low))

  ;; Makes the nodes of a dispatch from node $first on: any one of $count vertices at $targets is called. The node after.
  (func (export "dispatch") (param $first i32) (param $targets i32) (param $count i32) (result i32)
    (local $address i32)
    (local.set $address (call $node (local.get $first)))
    (loop $more
      (if (local.get $count)
        (then
          (i32.store (local.get $address) (i32.const 1 (; BR_IF, to the next alternative ;)))
          (i32.store offset=4 (local.get $address) (i32.add (local.get $first) (i32.const 3)))
          (i32.store offset=16 (local.get $address) (i32.const 2 (; CALL ;)))
          (i32.store offset=20 (local.get $address) (i32.load (local.get $targets)))
          (i32.store offset=24 (local.get $address) (i32.const -2))
          (i32.store offset=32 (local.get $address) (i32.const 0 (; BR ;)))
          (i32.store offset=36 (local.get $address) (i32.const -1))
          (local.set $address (i32.add (local.get $address) (i32.const 48)))
          (local.set $first (i32.add (local.get $first) (i32.const 3)))
          (local.set $targets (i32.add (local.get $targets) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $more))))
    (i32.store (local.get $address) (i32.const 4 (; TRAP ;)))
    (i32.add (local.get $first) (i32.const 1)))

  ;; Sorts the calls by callee: `incoming` and `callers`.
  (func (export "link")
    (local $vertex i32) (local $node i32) (local $stop i32) (local $address i32) (local $sum i32) (local $count i32)
    (local.set $node (call $range (i32.const 0)))
    (local.set $stop (call $range (global.get $vertices)))
    (loop $count_node
      (if (i32.lt_u (local.get $node) (local.get $stop))
        (then
          (local.set $address (call $node (local.get $node)))
          (if (i32.eq (i32.load (local.get $address)) (i32.const 2 (; CALL ;)))
            (then
              (local.set $address
                (i32.add (global.get $incoming) (i32.shl (i32.load offset=4 (local.get $address)) (i32.const 2))))
              (i32.store (local.get $address) (i32.add (i32.load (local.get $address)) (i32.const 1)))))
          (local.set $node (i32.add (local.get $node) (i32.const 1)))
          (br $count_node))))
    ;; Each entry becomes the end of its vertex's callers; filling from the back makes it the start.
    (loop $add
      (local.set $address (i32.add (global.get $incoming) (i32.shl (local.get $vertex) (i32.const 2))))
      (local.set $count (i32.load (local.get $address)))
      (local.set $sum (i32.add (local.get $sum) (local.get $count)))
      (i32.store (local.get $address) (local.get $sum))
      (br_if $add
        (i32.le_u (local.tee $vertex (i32.add (local.get $vertex) (i32.const 1))) (global.get $vertices))))
    (local.set $vertex (global.get $vertices))
    (loop $each
      (if (local.get $vertex)
        (then
          (local.set $vertex (i32.sub (local.get $vertex) (i32.const 1)))
          (local.set $node (call $range (i32.add (local.get $vertex) (i32.const 1))))
          (local.set $stop (call $range (local.get $vertex)))
          (loop $fill
            (if (i32.gt_u (local.get $node) (local.get $stop))
              (then
                (local.set $node (i32.sub (local.get $node) (i32.const 1)))
                (local.set $address (call $node (local.get $node)))
                (if (i32.eq (i32.load (local.get $address)) (i32.const 2 (; CALL ;)))
                  (then
                    (local.set $address
                      (i32.add (global.get $incoming) (i32.shl (i32.load offset=4 (local.get $address)) (i32.const 2))))
                    (local.set $sum (i32.sub (i32.load (local.get $address)) (i32.const 1)))
                    (i32.store (local.get $address) (local.get $sum))
                    (local.set $address (call $caller (local.get $sum)))
                    (i32.store (local.get $address) (local.get $node))
                    (i32.store offset=4 (local.get $address) (local.get $vertex))))
                (br $fill))))
          (br $each)))))

  ;; ---- which functions return, which throw, which nodes are live: the least fixpoint

  ;; A run of $vertex gets to node $index, or leaves by an exit: follows it as far as it goes. A function is followed
  ;; before the first call of it, which is then met again: so calls seldom have to wait.
  (func $run (param $index i32) (param $vertex i32)
    (local $address i32) (local $word i32) (local $kind i32) (local $state i32) (local $callee i32)
    (loop $more
      (block $ended
        (if (i32.ge_u (local.get $index) (i32.const -2))
          (then
            (call $leaves (local.get $vertex) (i32.sub (i32.const 0) (local.get $index)))
            (br $ended)))
        (local.set $address (i32.add (global.get $nodes) (i32.shl (local.get $index) (i32.const 4))))
        (local.set $word (i32.load (local.get $address)))
        (br_if $ended (i32.and (local.get $word) (i32.const 0x100)))
        (local.set $kind (i32.and (local.get $word) (i32.const 0xff)))
        (if (i32.eq (local.get $kind) (i32.const 2 (; CALL ;)))
          (then
            (local.set $callee (i32.load offset=4 (local.get $address)))
            (local.set $state (call $state_of (local.get $callee)))
            (if (i32.eqz (i32.and (local.get $state) (i32.const 0x20)))
              (then
                (call $later (local.get $index) (local.get $vertex))
                (call $start (local.get $callee))
                (local.set $index (call $range (local.get $callee)))
                (local.set $vertex (local.get $callee))
                (br $more)))
            (i32.store (local.get $address) (i32.or (local.get $word) (i32.const 0x100)))
            (if (i32.ne (i32.and (local.get $state) (i32.const 3)) (i32.const 3))
              (then
                (i32.store8 (i32.add (global.get $state) (local.get $callee))
                  (i32.or (local.get $state) (i32.const 0x10)))))
            (if (i32.and (local.get $state) (i32.const 2))
              (then (call $later (i32.load offset=8 (local.get $address)) (local.get $vertex))))
            (local.set $index (i32.add (local.get $index) (i32.const 1)))
            (br_if $more (i32.and (local.get $state) (i32.const 1)))
            (br $ended)))
        (i32.store (local.get $address) (i32.or (local.get $word) (i32.const 0x100)))
        (local.set $index (i32.add (local.get $index) (i32.const 1)))
        (if (i32.le_u (local.get $kind) (i32.const 1 (; BR, BR_IF ;)))
          (then
            (if (local.get $kind)
              (then (call $later (i32.load offset=4 (local.get $address)) (local.get $vertex)))
              (else (local.set $index (i32.load offset=4 (local.get $address)))))
            (br $more)))
        (br_if $more (i32.ne (local.get $kind) (i32.const 4 (; TRAP ;)))))
      (if (i32.gt_u (global.get $top) (global.get $stack))
        (then
          (global.set $top (i32.sub (global.get $top) (i32.const 8)))
          (local.set $index (i32.load (global.get $top)))
          (local.set $vertex (i32.load offset=4 (global.get $top)))
          (br $more)))))

  (func $later (param $index i32) (param $vertex i32)
    (i32.store (global.get $top) (local.get $index))
    (i32.store offset=4 (global.get $top) (local.get $vertex))
    (global.set $top (i32.add (global.get $top) (i32.const 8))))

  (func $start (param $vertex i32)
    (local $address i32)
    (local.set $address (i32.add (global.get $state) (local.get $vertex)))
    (i32.store8 (local.get $address) (i32.or (i32.load8_u (local.get $address)) (i32.const 0x20))))

  ;; $vertex comes to an exit. If calls of it wait for that, it queues up to wake them.
  (func $leaves (param $vertex i32) (param $bit i32)
    (local $address i32) (local $state i32)
    (local.set $address (i32.add (global.get $state) (local.get $vertex)))
    (local.set $state (i32.load8_u (local.get $address)))
    (if (i32.eqz (i32.and (local.get $state) (local.get $bit)))
      (then
        (i32.store8 (local.get $address) (i32.or (local.get $state) (local.get $bit)))
        (if (i32.and (local.get $state) (i32.const 0x10))
          (then
            (i32.store (global.get $settled) (local.get $vertex))
            (global.set $settled (i32.add (global.get $settled) (i32.const 4))))))))

  (func (export "settle")
    (local $vertex i32) (local $head i32) (local $index i32) (local $stop i32) (local $address i32) (local $state i32)
    (global.set $top (global.get $stack))
    (global.set $settled (global.get $queue))
    (local.set $head (global.get $queue))
    (loop $each
      (if (i32.lt_u (local.get $vertex) (global.get $vertices))
        (then
          ;; Stand-ins for the host have no nodes: what comes next is not theirs.
          (if (i32.and
                (i32.eqz (i32.and (call $state_of (local.get $vertex)) (i32.const 0x20)))
                (i32.lt_u (call $range (local.get $vertex)) (call $range (i32.add (local.get $vertex) (i32.const 1)))))
            (then
              (call $start (local.get $vertex))
              (call $run (call $range (local.get $vertex)) (local.get $vertex))))
          (local.set $vertex (i32.add (local.get $vertex) (i32.const 1)))
          (br $each))))
    ;; A vertex that has come to return, or to throw, wakes the live calls of it.
    (loop $more
      (if (i32.lt_u (local.get $head) (global.get $settled))
        (then
          (local.set $vertex (i32.load (local.get $head)))
          (local.set $head (i32.add (local.get $head) (i32.const 4)))
          (local.set $state (call $state_of (local.get $vertex)))
          (local.set $index (call $first_caller (local.get $vertex)))
          (local.set $stop (call $first_caller (i32.add (local.get $vertex) (i32.const 1))))
          (loop $wake
            (if (i32.lt_u (local.get $index) (local.get $stop))
              (then
                (local.set $address (call $node (i32.load (call $caller (local.get $index)))))
                (if (i32.and (i32.load (local.get $address)) (i32.const 0x100))
                  (then
                    (if (i32.and (local.get $state) (i32.const 1))
                      (then
                        (call $run (i32.add (i32.load (call $caller (local.get $index))) (i32.const 1))
                          (i32.load offset=4 (call $caller (local.get $index))))))
                    (if (i32.and (local.get $state) (i32.const 2))
                      (then
                        (call $run (i32.load offset=8 (local.get $address))
                          (i32.load offset=4 (call $caller (local.get $index))))))))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (br $wake))))
          (br $more)))))

  ;; ---- over all calls: who can reach a growth of $memory

  (func $reached (param $vertex i32) (param $hop i32)
    (local $address i32)
    (local.set $address (i32.add (global.get $hops) (i32.shl (local.get $vertex) (i32.const 2))))
    (if (i32.eqz (i32.load (local.get $address)))
      (then
        (i32.store (local.get $address) (local.get $hop))
        (i32.store (global.get $tail) (local.get $vertex))
        (global.set $tail (i32.add (global.get $tail) (i32.const 4))))))

  ;; $grow is the first node of the list of GROW nodes; $growers are $count imports that grow the memory.
  (func (export "reach") (param $memory i32) (param $grow i32) (param $growers i32) (param $count i32)
    (local $head i32) (local $index i32) (local $stop i32) (local $vertex i32) (local $address i32)
    (memory.fill (global.get $hops) (i32.const 0) (i32.shl (global.get $vertices) (i32.const 2)))
    (global.set $tail (global.get $queue))
    (local.set $head (global.get $queue))
    (loop $sites
      (if (local.get $grow)
        (then
          (local.set $address (call $node (local.get $grow)))
          (if (i32.eq (i32.load offset=4 (local.get $address)) (local.get $memory))
            (then (call $reached (call $owner (local.get $grow)) (local.get $grow))))
          (local.set $grow (i32.load offset=8 (local.get $address)))
          (br $sites))))
    (loop $imports
      (if (local.get $count)
        (then
          (call $reached (i32.load (local.get $growers)) (i32.const -1))
          (local.set $growers (i32.add (local.get $growers) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $imports))))
    (loop $more
      (if (i32.lt_u (local.get $head) (global.get $tail))
        (then
          (local.set $vertex (i32.load (local.get $head)))
          (local.set $head (i32.add (local.get $head) (i32.const 4)))
          (local.set $index (call $first_caller (local.get $vertex)))
          (local.set $stop (call $first_caller (i32.add (local.get $vertex) (i32.const 1))))
          (loop $back
            (if (i32.lt_u (local.get $index) (local.get $stop))
              (then
                (local.set $address (call $caller (local.get $index)))
                (call $reached (i32.load offset=4 (local.get $address)) (i32.load (local.get $address)))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (br $back))))
          (br $more))))
    (call $exits_of_reached))

  ;; ---- how each node of a function that reaches a growth can leave the function

  ;; The exits (0x200 and 0x400) that can be reached from $target.
  (func $exits_from (param $target i32) (result i32)
    (if (i32.eq (local.get $target) (i32.const -1))
      (then (return (i32.const 0x200))))
    (if (i32.eq (local.get $target) (i32.const -2))
      (then (return (i32.const 0x400))))
    (i32.and (i32.load (call $node (local.get $target))) (i32.const 0x600)))

  (func $exits_of_reached
    (local $vertex i32) (local $address i32)
    (loop $each
      (local.set $address (i32.add (global.get $state) (local.get $vertex)))
      (if (i32.eqz (i32.and (i32.load8_u (local.get $address)) (i32.const 4)))
        (then
          (if (i32.load (i32.add (global.get $hops) (i32.shl (local.get $vertex) (i32.const 2))))
            (then
              (i32.store8 (local.get $address) (i32.or (i32.load8_u (local.get $address)) (i32.const 4)))
              (call $exits (local.get $vertex))))))
      (br_if $each
        (i32.lt_u (local.tee $vertex (i32.add (local.get $vertex) (i32.const 1))) (global.get $vertices)))))

  ;; Sweeps backwards over the nodes. Only loops and handlers stand before what goes to them and ask for another
  ;; sweep. After 16, every node may leave both ways: too much, never too little.
  (func $exits (param $vertex i32)
    (local $first i32) (local $index i32) (local $address i32) (local $word i32) (local $kind i32) (local $bits i32)
    (local $next i32) (local $again i32) (local $backwards i32) (local $sweeps i32) (local $state i32) (local $target i32)
    (local.set $first (call $range (local.get $vertex)))
    (loop $sweep
      (local.set $again (i32.const 0))
      (local.set $next (i32.const 0))
      (local.set $index (call $range (i32.add (local.get $vertex) (i32.const 1))))
      (loop $each
        (if (i32.gt_u (local.get $index) (local.get $first))
          (then
            (local.set $index (i32.sub (local.get $index) (i32.const 1)))
            (local.set $address (i32.add (global.get $nodes) (i32.shl (local.get $index) (i32.const 4))))
            (local.set $word (i32.load (local.get $address)))
            (local.set $kind (i32.and (local.get $word) (i32.const 0xff)))
            ;; $next holds the exits from the node behind, and becomes those from this one.
            (local.set $target (i32.const -1))
            (local.set $bits (i32.const 0))
            (if (i32.le_u (local.get $kind) (i32.const 1 (; BR, BR_IF ;)))
              (then
                (local.set $target (i32.load offset=4 (local.get $address)))
                (local.set $bits (call $exits_from (local.get $target)))
                (if (i32.eqz (local.get $kind))
                  (then (local.set $next (i32.const 0)))))
              (else
                (if (i32.eq (local.get $kind) (i32.const 2 (; CALL ;)))
                  (then
                    (local.set $state (call $state_of (i32.load offset=4 (local.get $address))))
                    (if (i32.eqz (i32.and (local.get $state) (i32.const 1)))
                      (then (local.set $next (i32.const 0))))
                    (if (i32.and (local.get $state) (i32.const 2))
                      (then
                        (local.set $target (i32.load offset=8 (local.get $address)))
                        (local.set $bits (call $exits_from (local.get $target))))))
                  (else
                    (if (i32.eq (local.get $kind) (i32.const 4 (; TRAP ;)))
                      (then (local.set $next (i32.const 0))))))))
            (local.set $next (i32.or (local.get $next) (local.get $bits)))
            (if (i32.le_u (local.get $target) (local.get $index))
              (then (local.set $backwards (i32.const 1))))
            (if (i32.ne (local.get $next) (i32.and (local.get $word) (i32.const 0x600)))
              (then
                (i32.store (local.get $address) (i32.or (local.get $word) (local.get $next)))
                (local.set $again (local.get $backwards))))
            (br $each))))
      (if (local.get $again)
        (then
          (local.set $sweeps (i32.add (local.get $sweeps) (i32.const 1)))
          (br_if $sweep (i32.lt_u (local.get $sweeps) (i32.const 16)))
          (call $all_exits (local.get $vertex))))))

  (func $all_exits (param $vertex i32)
    (local $index i32) (local $address i32)
    (local.set $index (call $range (local.get $vertex)))
    (loop $each
      (if (i32.lt_u (local.get $index) (call $range (i32.add (local.get $vertex) (i32.const 1))))
        (then
          (local.set $address (call $node (local.get $index)))
          (i32.store (local.get $address) (i32.or (i32.load (local.get $address)) (i32.const 0x600)))
          (local.set $index (i32.add (local.get $index) (i32.const 1)))
          (br $each)))))

  ;; ---- over the ways out: who can grow $memory and be left

  ;; From $vertex, after a growth, the exits $bits can be reached by way of $hop.
  (func $left (param $vertex i32) (param $bits i32) (param $hop i32)
    (if (i32.and (local.get $bits) (i32.const 0x200))
      (then (call $left_by (i32.shl (local.get $vertex) (i32.const 1)) (local.get $hop))))
    (if (i32.and (local.get $bits) (i32.const 0x400))
      (then
        (call $left_by (i32.or (i32.shl (local.get $vertex) (i32.const 1)) (i32.const 1)) (local.get $hop)))))

  (func $left_by (param $place i32) (param $hop i32)
    (local $address i32)
    (local.set $address (i32.add (global.get $way_hops) (i32.shl (local.get $place) (i32.const 2))))
    (if (i32.eqz (i32.load (local.get $address)))
      (then
        (i32.store (local.get $address) (local.get $hop))
        (i32.store (global.get $tail) (local.get $place))
        (global.set $tail (i32.add (global.get $tail) (i32.const 4))))))

  (func (export "leave") (param $memory i32) (param $grow i32) (param $growers i32) (param $count i32)
    (local $head i32) (local $index i32) (local $stop i32) (local $place i32) (local $address i32)
    (local $node i32) (local $way i32) (local $vertex i32) (local $caller i32)
    (memory.fill (global.get $way_hops) (i32.const 0) (i32.shl (global.get $vertices) (i32.const 3)))
    (global.set $tail (global.get $queue))
    (local.set $head (global.get $queue))
    (loop $sites
      (if (local.get $grow)
        (then
          (local.set $address (call $node (local.get $grow)))
          (if (i32.and
                (i32.eq (i32.load offset=4 (local.get $address)) (local.get $memory))
                (i32.shr_u (i32.and (i32.load (local.get $address)) (i32.const 0x100)) (i32.const 8)))
            (then
              (call $left (call $owner (local.get $grow))
                (call $exits_from (i32.add (local.get $grow) (i32.const 1)))
                (i32.shl (local.get $grow) (i32.const 1)))))
          (local.set $grow (i32.load offset=8 (local.get $address)))
          (br $sites))))
    (loop $imports
      (if (local.get $count)
        (then
          (local.set $vertex (i32.load (local.get $growers)))
          (call $left (local.get $vertex)
            (i32.shl (i32.and (call $state_of (local.get $vertex)) (i32.const 3)) (i32.const 9))
            (i32.const -1))
          (local.set $growers (i32.add (local.get $growers) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $imports))))
    (loop $more
      (if (i32.lt_u (local.get $head) (global.get $tail))
        (then
          (local.set $place (i32.load (local.get $head)))
          (local.set $way (i32.and (local.get $place) (i32.const 1)))
          (local.set $head (i32.add (local.get $head) (i32.const 4)))
          (local.set $vertex (i32.shr_u (local.get $place) (i32.const 1)))
          (local.set $index (call $first_caller (local.get $vertex)))
          (local.set $stop (call $first_caller (i32.add (local.get $vertex) (i32.const 1))))
          (loop $back
            (if (i32.lt_u (local.get $index) (local.get $stop))
              (then
                (local.set $address (call $caller (local.get $index)))
                (local.set $node (i32.load (local.get $address)))
                (local.set $caller (i32.load offset=4 (local.get $address)))
                (local.set $address (call $node (local.get $node)))
                (if (i32.and
                      (i32.or
                        (i32.eqz (call $way_hop (local.get $caller) (i32.const 0)))
                        (i32.eqz (call $way_hop (local.get $caller) (i32.const 1))))
                      (i32.shr_u (i32.and (i32.load (local.get $address)) (i32.const 0x100)) (i32.const 8)))
                  (then
                    (call $left (local.get $caller)
                      (call $exits_from
                        (select (i32.load offset=8 (local.get $address))
                          (i32.add (local.get $node) (i32.const 1))
                          (local.get $way)))
                      (i32.or (i32.shl (local.get $node) (i32.const 1)) (local.get $way)))))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (br $back))))
          (br $more)))))

  ;; Writes to the stack's area, for each of $count hops at $hops, which hold nodes times 2 to the power of $shift: the
  ;; vertex that the node calls, -1 if it grows the memory itself; where the instruction is; its opcode. 12 bytes each.
  (func (export "steps") (param $hops i32) (param $count i32) (param $shift i32)
    (local $out i32) (local $hop i32) (local $address i32)
    (local.set $out (global.get $stack))
    (loop $each
      (if (local.get $count)
        (then
          (local.set $hop (i32.load (local.get $hops)))
          (if (i32.gt_u (i32.add (local.get $hop) (i32.const 1)) (i32.const 1) (; neither 0 nor -1 ;))
            (then
              (local.set $address (call $node (i32.shr_u (local.get $hop) (local.get $shift))))
              (i32.store (local.get $out)
                (select (i32.load offset=4 (local.get $address)) (i32.const -1)
                  (i32.eq (i32.and (i32.load (local.get $address)) (i32.const 0xff)) (i32.const 2 (; CALL ;)))))
              (local.set $address (i32.load offset=12 (local.get $address)))
              (i32.store offset=4 (local.get $out) (local.get $address))
              (i32.store offset=8 (local.get $out) (i32.load8_u (local.get $address)))))
          (local.set $hops (i32.add (local.get $hops) (i32.const 4)))
          (local.set $out (i32.add (local.get $out) (i32.const 12)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $each)))))

  ;; ---- what may run after a growth of the memory last searched for: bit 8 of the states

  (func $grown (param $target i32)
    (local $address i32)
    (if (i32.ge_u (local.get $target) (i32.const -2))
      (then (return)))
    (local.set $address (call $node (local.get $target)))
    (if (i32.and (i32.load (local.get $address)) (i32.const 0x800))
      (then (return)))
    (i32.store (local.get $address) (i32.or (i32.load (local.get $address)) (i32.const 0x800)))
    (i32.store (global.get $top) (local.get $target))
    (global.set $top (i32.add (global.get $top) (i32.const 4))))

  (func $runs (param $vertex i32)
    (local $address i32)
    (local.set $address (i32.add (global.get $state) (local.get $vertex)))
    (if (i32.and (i32.load8_u (local.get $address)) (i32.const 8))
      (then (return)))
    (i32.store8 (local.get $address) (i32.or (i32.load8_u (local.get $address)) (i32.const 8)))
    (i32.store (global.get $tail) (local.get $vertex))
    (global.set $tail (i32.add (global.get $tail) (i32.const 4))))

  (func $way_hop (param $vertex i32) (param $way i32) (result i32)
    (i32.load
      (i32.add (global.get $way_hops)
        (i32.add (i32.shl (local.get $vertex) (i32.const 3)) (i32.shl (local.get $way) (i32.const 2))))))

  (func (export "after") (param $memory i32)
    (local $vertex i32) (local $index i32) (local $stop i32) (local $address i32) (local $kind i32) (local $head i32)
    (local $callee i32)
    (global.set $top (global.get $stack))
    (global.set $tail (global.get $queue))
    (local.set $head (global.get $queue))
    ;; Right behind a growth, or behind a call that may have grown the memory and come back.
    (loop $each
      (if (i32.load (i32.add (global.get $hops) (i32.shl (local.get $vertex) (i32.const 2))))
        (then
          (local.set $index (call $range (local.get $vertex)))
          (local.set $stop (call $range (i32.add (local.get $vertex) (i32.const 1))))
          (loop $seed
            (if (i32.lt_u (local.get $index) (local.get $stop))
              (then
                (local.set $address (call $node (local.get $index)))
                (local.set $kind (i32.and (i32.load (local.get $address)) (i32.const 0x1ff)))
                (local.set $callee (i32.load offset=4 (local.get $address)))
                (if (i32.eq (local.get $kind) (i32.const 0x103 (; live GROW ;)))
                  (then
                    (if (i32.eq (local.get $callee) (local.get $memory))
                      (then (call $grown (i32.add (local.get $index) (i32.const 1)))))))
                (if (i32.eq (local.get $kind) (i32.const 0x102 (; live CALL ;)))
                  (then
                    (if (call $way_hop (local.get $callee) (i32.const 0))
                      (then (call $grown (i32.add (local.get $index) (i32.const 1)))))
                    (if (call $way_hop (local.get $callee) (i32.const 1))
                      (then (call $grown (i32.load offset=8 (local.get $address)))))))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (br $seed))))))
      (br_if $each
        (i32.lt_u (local.tee $vertex (i32.add (local.get $vertex) (i32.const 1))) (global.get $vertices))))
    (loop $flow
      (if (i32.gt_u (global.get $top) (global.get $stack))
        (then
          (global.set $top (i32.sub (global.get $top) (i32.const 4)))
          (local.set $index (i32.load (global.get $top)))
          (local.set $address (call $node (local.get $index)))
          (local.set $kind (i32.and (i32.load (local.get $address)) (i32.const 0xff)))
          (if (i32.eq (local.get $kind) (i32.const 2 (; CALL ;)))
            (then
              (local.set $callee (i32.load offset=4 (local.get $address)))
              (call $runs (local.get $callee))
              (if (i32.and (call $state_of (local.get $callee)) (i32.const 2))
                (then (call $grown (i32.load offset=8 (local.get $address)))))
              (if (i32.and (call $state_of (local.get $callee)) (i32.const 1))
                (then (call $grown (i32.add (local.get $index) (i32.const 1)))))
              (br $flow)))
          (if (i32.le_u (local.get $kind) (i32.const 1))
            (then (call $grown (i32.load offset=4 (local.get $address)))))
          (if (i32.and (i32.ne (local.get $kind) (i32.const 0)) (i32.ne (local.get $kind) (i32.const 4)))
            (then (call $grown (i32.add (local.get $index) (i32.const 1)))))
          (br $flow))))
    (loop $more
      (if (i32.lt_u (local.get $head) (global.get $tail))
        (then
          (local.set $vertex (i32.load (local.get $head)))
          (local.set $head (i32.add (local.get $head) (i32.const 4)))
          (local.set $index (call $range (local.get $vertex)))
          (local.set $stop (call $range (i32.add (local.get $vertex) (i32.const 1))))
          (loop $calls
            (if (i32.lt_u (local.get $index) (local.get $stop))
              (then
                (local.set $address (call $node (local.get $index)))
                (if (i32.eq (i32.and (i32.load (local.get $address)) (i32.const 0xff)) (i32.const 2))
                  (then (call $runs (i32.load offset=4 (local.get $address)))))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (br $calls))))
          (br $more)))))

  ;; ---- which of up to 64 imports each vertex reaches over all calls

  (func (export "spread") (param $imports i32) (param $count i32)
    (local $vertex i32) (local $index i32) (local $stop i32) (local $address i32) (local $bits i64)
    (local $bit i64) (local $caller i32)
    (memory.fill (global.get $sets) (i32.const 0) (i32.shl (global.get $vertices) (i32.const 3)))
    (global.set $top (global.get $stack))
    (local.set $bit (i64.const 1))
    (loop $seed
      (if (local.get $count)
        (then
          (local.set $vertex (i32.load (local.get $imports)))
          (local.set $address (i32.add (global.get $sets) (i32.shl (local.get $vertex) (i32.const 3))))
          (i64.store (local.get $address) (local.get $bit))
          (local.set $bit (i64.shl (local.get $bit) (i64.const 1)))
          (call $wait (local.get $vertex))
          (local.set $imports (i32.add (local.get $imports) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $seed))))
    (loop $more
      (if (i32.gt_u (global.get $top) (global.get $stack))
        (then
          (global.set $top (i32.sub (global.get $top) (i32.const 4)))
          (local.set $vertex (i32.load (global.get $top)))
          (local.set $address (i32.add (global.get $state) (local.get $vertex)))
          (i32.store8 (local.get $address) (i32.and (i32.load8_u (local.get $address)) (i32.const 0x7f)))
          (local.set $bits (i64.load (i32.add (global.get $sets) (i32.shl (local.get $vertex) (i32.const 3)))))
          (local.set $index (call $first_caller (local.get $vertex)))
          (local.set $stop (call $first_caller (i32.add (local.get $vertex) (i32.const 1))))
          (loop $back
            (if (i32.lt_u (local.get $index) (local.get $stop))
              (then
                (local.set $caller (i32.load offset=4 (call $caller (local.get $index))))
                (local.set $address (i32.add (global.get $sets) (i32.shl (local.get $caller) (i32.const 3))))
                (if (i64.ne (i64.or (i64.load (local.get $address)) (local.get $bits)) (i64.load (local.get $address)))
                  (then
                    (i64.store (local.get $address) (i64.or (i64.load (local.get $address)) (local.get $bits)))
                    (call $wait (local.get $caller))))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (br $back))))
          (br $more)))))

  ;; Puts a vertex on the stack unless it waits there already (bit 0x80 of its state).
  (func $wait (param $vertex i32)
    (local $address i32)
    (local.set $address (i32.add (global.get $state) (local.get $vertex)))
    (if (i32.and (i32.load8_u (local.get $address)) (i32.const 0x80))
      (then (return)))
    (i32.store8 (local.get $address) (i32.or (i32.load8_u (local.get $address)) (i32.const 0x80)))
    (i32.store (global.get $top) (local.get $vertex))
    (global.set $top (i32.add (global.get $top) (i32.const 4)))))
